#include "nodes/conditioning/hunyuan/start_frames.hpp"

namespace easel::nodes {

StartFrames start_frames(const Vae& vae, const Tensor& pictures, const inference::wan::VideoSize& size,
                         const Tensor& empty) {
    const Tensor fitted = inference::wan::fitted(pictures, size).slice(3, 0, 3);
    Tensor mask = at::ones({1, 1, empty.size(2), empty.size(3), empty.size(4)});
    mask.slice(2, 0, (fitted.size(0) - 1) / 4 + 1).zero_();
    return {.latent = vae.encode(fitted), .mask = mask};
}

Conditioning with_seen_picture(Conditioning conditioning, const std::optional<inference::ClipVisionOutput>& seen) {
    if (!seen) return conditioning;
    for (inference::Condition& condition : conditioning)
        condition.extra["picture_states"] = seen->last_hidden_state;
    return conditioning;
}

}  // namespace easel::nodes
