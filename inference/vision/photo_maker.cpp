#include "inference/vision/photo_maker.hpp"

namespace easel::inference {
namespace {

Weights encoder_in(const Weights& w) { return w.has_part("id_encoder") ? w / "id_encoder" : w; }

}  // namespace

PhotoMaker::PhotoMaker(const Weights& w)
    : weights_(encoder_in(w)), vision_(weights_), norm_after_(weights_ / "vision_model" / "post_layernorm"),
      first_(weights_ / "visual_projection"), second_(weights_ / "visual_projection_2"),
      fuse_(weights_ / "fuse_module" / "mlp1"), refine_(weights_ / "fuse_module" / "mlp2"),
      norm_(weights_ / "fuse_module" / "layer_norm") {}

Tensor PhotoMaker::operator()(const Tensor& prompt, const Tensor& pixels, int64_t token) const {
    weights_.table()->use(nullptr);
    const Tensor seen = vision_.prepared(pixels.narrow(0, 0, 1), ClipVision::Fit::cut).to(weights_.device());
    const Tensor picture = norm_after_(vision_(seen).last_hidden_state.select(1, 0));
    const Tensor face = at::cat({first_(picture), second_(picture)}, -1);  // [1, dim]
    if (face.size(1) != prompt.size(2))
        throw UserError("PhotoMaker is for SDXL: its faces have " + std::to_string(face.size(1)) +
                        " numbers, the prompt's tokens " + std::to_string(prompt.size(2)));
    const Tensor word = prompt.select(1, token).to(face.options());
    const Tensor fused = fuse_(at::cat({word, face}, -1)) + word;
    Tensor result = prompt.clone();
    result.select(1, token).copy_(norm_(refine_(fused) + fused));
    return result;
}

}  // namespace easel::inference
