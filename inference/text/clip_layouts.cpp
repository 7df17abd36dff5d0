// The layouts in which files keep a CLIP text model, brought to one.
#include "inference/text/clip.hpp"

#include <array>
#include <utility>

namespace easel::inference {

namespace {

using Rename = std::pair<std::string_view, std::string_view>;

constexpr std::array open_clip_top{
    Rename{"positional_embedding", "embeddings.position_embedding.weight"},
    Rename{"token_embedding.weight", "embeddings.token_embedding.weight"},
    Rename{"ln_final.weight", "final_layer_norm.weight"},
    Rename{"ln_final.bias", "final_layer_norm.bias"},
};

constexpr std::array open_clip_block{
    Rename{"ln_1.", "layer_norm1."},
    Rename{"ln_2.", "layer_norm2."},
    Rename{"mlp.c_fc.", "mlp.fc1."},
    Rename{"mlp.c_proj.", "mlp.fc2."},
    Rename{"attn.out_proj.", "self_attn.out_proj."},
};

// `transformer.resblocks.<n>.<rest>`: the layer's projections are one matrix there.
void add_open_clip_block(std::string_view key, const Tensor& tensor, TensorMap& out) {
    const auto dot = key.find('.');
    if (dot == std::string_view::npos) return;
    const std::string layer = "text_model.encoder.layers." + std::string(key.substr(0, dot + 1));
    const auto rest = key.substr(dot + 1);
    if (rest.starts_with("attn.in_proj_") && tensor.dim() > 0 && tensor.size(0) % 3 == 0) {
        const auto parts = tensor.chunk(3, 0);
        const std::string kind(rest.substr(std::string_view("attn.in_proj_").size()));  // weight or bias
        for (std::size_t i = 0; i < 3; ++i)
            out[layer + "self_attn." + "qkv"[i] + "_proj." + kind] = parts[i];
        return;
    }
    for (const auto& [from, to] : open_clip_block)
        if (rest.starts_with(from)) out[layer + std::string(to) + std::string(rest.substr(from.size()))] = tensor;
}

TensorMap from_open_clip(const TensorMap& tensors) {
    constexpr std::string_view blocks = "transformer.resblocks.";
    TensorMap out;
    for (const auto& [key, tensor] : tensors) {
        if (key.starts_with(blocks)) add_open_clip_block(std::string_view(key).substr(blocks.size()), tensor, out);
        for (const auto& [from, to] : open_clip_top)
            if (key == from) out["text_model." + std::string(to)] = tensor;
    }
    return out;
}

TensorMap from_hugging_face(const TensorMap& tensors, std::string_view before) {
    TensorMap out;
    for (const auto& [key, tensor] : tensors)
        for (const std::string_view part : {"embeddings.", "encoder.", "final_layer_norm."})
            if (key.starts_with(std::string(before) + std::string(part)))
                out["text_model." + key.substr(before.size())] = tensor;
    return out;
}

// The tensors by their names within `transformer.`, beside which Stable Cascade's files keep the projection.
TensorMap inside_transformer(const TensorMap& tensors) {
    constexpr std::string_view part = "transformer.";
    TensorMap out;
    for (const auto& [key, tensor] : tensors)
        out.emplace(key.starts_with(part) ? key.substr(part.size()) : key, tensor);
    return out;
}

}  // namespace

std::optional<TensorMap> canonical_clip(const TensorMap& tensors) {
    TensorMap out;
    if (tensors.contains("transformer.resblocks.0.ln_1.weight")) {
        out = from_open_clip(tensors);
    } else if (tensors.contains("text_model.encoder.layers.0.mlp.fc1.weight")) {
        out = from_hugging_face(tensors, "text_model.");
    } else if (tensors.contains("encoder.layers.0.mlp.fc1.weight") &&
               tensors.contains("embeddings.token_embedding.weight")) {
        out = from_hugging_face(tensors, "");
    } else if (tensors.contains("transformer.text_model.encoder.layers.0.mlp.fc1.weight")) {
        return canonical_clip(inside_transformer(tensors));
    } else {
        return std::nullopt;
    }
    if (const auto linear = tensors.find("text_projection.weight"); linear != tensors.end())
        out["text_projection.weight"] = linear->second;
    // OpenCLIP keeps a matrix that is multiplied from the right.
    if (const auto matrix = tensors.find("text_projection"); matrix != tensors.end() && matrix->second.dim() == 2)
        out["text_projection.weight"] = matrix->second.t();
    return out;
}

}  // namespace easel::inference
