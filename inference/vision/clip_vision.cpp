#include "inference/vision/clip_vision.hpp"

#include "inference/models/detect.hpp"
#include "inference/vision/clip_vision_network.hpp"
#include "inference/vision/dino2/dino2_vision.hpp"
#include "inference/vision/dino3/dino3_vision.hpp"

#include <utility>

namespace easel::inference {
namespace {

using Rename = std::pair<std::string_view, std::string_view>;

constexpr std::string_view dino2_mark = "encoder.layer.0.layer_scale2.lambda1";

constexpr std::array open_clip_names{
    Rename{"class_embedding", "vision_model.embeddings.class_embedding"},
    Rename{"conv1.weight", "vision_model.embeddings.patch_embedding.weight"},
    Rename{"positional_embedding", "vision_model.embeddings.position_embedding.weight"},
    Rename{"ln_pre.weight", "vision_model.pre_layrnorm.weight"},
    Rename{"ln_pre.bias", "vision_model.pre_layrnorm.bias"},
    Rename{"ln_post.weight", "vision_model.post_layernorm.weight"},
    Rename{"ln_post.bias", "vision_model.post_layernorm.bias"},
};

constexpr std::array open_clip_block_names{
    Rename{"ln_1.", "layer_norm1."},
    Rename{"ln_2.", "layer_norm2."},
    Rename{"mlp.c_fc.", "mlp.fc1."},
    Rename{"mlp.c_proj.", "mlp.fc2."},
    Rename{"attn.out_proj.", "self_attn.out_proj."},
};

// One tensor of a block, `key` as OpenCLIP calls it there.
void add_block_tensor(TensorMap& tensors, const std::string& block, std::string_view key, const Tensor& tensor) {
    constexpr std::string_view fused = "attn.in_proj_";
    if (key.starts_with(fused)) {
        const auto parts = tensor.chunk(3);
        std::size_t part = 0;
        for (const char* name : {"q", "k", "v"})
            tensors.emplace(block + "self_attn." + name + "_proj." + std::string(key.substr(fused.size())),
                            parts[part++]);
        return;
    }
    for (const auto& [theirs, ours] : open_clip_block_names)
        if (key.starts_with(theirs))
            tensors.emplace(block + std::string(ours) + std::string(key.substr(theirs.size())), tensor);
}

TensorMap from_open_clip(const TensorMap& tensors) {
    TensorMap result;
    for (const auto& [theirs, ours] : open_clip_names)
        if (const auto found = tensors.find(theirs); found != tensors.end())
            result.emplace(std::string(ours), found->second);
    if (const auto found = tensors.find("proj"); found != tensors.end())
        result.emplace("visual_projection.weight", found->second.t().contiguous());
    constexpr std::string_view blocks = "transformer.resblocks.";
    for (const auto& [key, tensor] : part_of(tensors, blocks)) {
        const auto dot = key.find('.');
        add_block_tensor(result, "vision_model.encoder.layers." + key.substr(0, dot + 1),
                         std::string_view(key).substr(dot + 1), tensor);
    }
    return result;
}

}  // namespace

TensorMap canonical_clip_vision(const TensorMap& tensors) {
    if (tensors.contains("transformer.resblocks.0.attn.in_proj_weight") && tensors.contains("conv1.weight"))
        return from_open_clip(tensors);
    // With the rest of a CLIP, and as unCLIP checkpoints hold it.
    for (const std::string prefix : {"visual.", "embedder.model.visual."})
        if (tensors.contains(prefix + "transformer.resblocks.0.attn.in_proj_weight"))
            return from_open_clip(part_of(tensors, prefix));
    const bool is_known = tensors.contains("vision_model.embeddings.patch_embedding.weight") ||
                          tensors.contains(dino2_mark) || Dino3Vision::matches(tensors);
    return is_known ? tensors : TensorMap{};
}

ClipVision load_clip_vision(const Weights& w) {
    if (w.contains("embeddings.register_tokens")) return ClipVision(std::make_shared<Dino3Vision>(w), w.table());
    if (w.contains(dino2_mark)) return ClipVision(std::make_shared<Dino2Vision>(w), w.table());
    return ClipVision(std::make_shared<ClipTransformer>(w), w.table());
}

ClipVisionOutput ClipVision::encode(const Tensor& pixels, Fit fit) const {
    weights_->use(nullptr);
    const at::Device device = weights_->settings().device;
    ClipVisionOutput output = (*network_)(network_->prepared(pixels, fit).to(device));
    for (Tensor* tensor : {&output.last_hidden_state, &output.penultimate_hidden_states, &output.all_hidden_states,
                           &output.image_embeds, &output.mm_projected})
        if (tensor->defined()) *tensor = tensor->to(at::kCPU, at::kFloat);
    return output;
}

Tensor ClipVision::tokens_of(const Tensor& planes) const {
    weights_->use(nullptr);
    return (*network_)(planes.to(weights_->settings().device)).last_hidden_state.to(at::kCPU, at::kFloat);
}

}  // namespace easel::inference
