#include "nodes/conditioning/wan/given_frames.hpp"

namespace easel::nodes {

std::optional<Tensor> features_of(const std::optional<inference::ClipVisionOutput>& seen) {
    return seen ? std::optional(seen->penultimate_hidden_states) : std::nullopt;
}

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
