#include "inference/text/clip.hpp"
#include "inference/text/text_family.hpp"

namespace easel::inference {
namespace {

const char* clip_kind(const TensorMap& canonical) {
    if (canonical.contains("text_model.encoder.layers.30.mlp.fc1.weight")) return "clip_g";
    if (canonical.contains("text_model.encoder.layers.22.mlp.fc1.weight")) return "clip_h";
    return "clip_l";
}

}  // namespace

std::optional<EncoderFile> recognise_encoder(const TensorMap& tensors) {
    if (auto clip = canonical_clip(tensors)) return EncoderFile{clip_kind(*clip), std::move(*clip)};
    return std::nullopt;
}

}  // namespace easel::inference
