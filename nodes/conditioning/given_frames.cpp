#include "nodes/conditioning/given_frames.hpp"

namespace easel::nodes {

Conditioning with_given_frames(Conditioning conditioning, const std::optional<inference::wan::GivenFrames>& frames,
                               const std::optional<Tensor>& features) {
    for (inference::Condition& condition : conditioning) {
        if (frames) {
            condition.concat_latent_image = frames->latent;
            condition.concat_mask = frames->mask;
        }
        if (features) condition.extra["picture_features"] = *features;
    }
    return conditioning;
}

}  // namespace easel::nodes
