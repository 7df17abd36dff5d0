#include "inference/models/pixart/diffusers.hpp"

#include <array>
#include <string>
#include <utility>

namespace easel::inference::pixart {
namespace {

using Rename = std::pair<std::string_view, std::string_view>;  // diffusers', ours

constexpr std::array single_names{
    Rename{"adaln_single.emb.resolution_embedder.linear_1", "csize_embedder.mlp.0"},
    Rename{"adaln_single.emb.resolution_embedder.linear_2", "csize_embedder.mlp.2"},
    Rename{"adaln_single.emb.aspect_ratio_embedder.linear_1", "ar_embedder.mlp.0"},
    Rename{"adaln_single.emb.aspect_ratio_embedder.linear_2", "ar_embedder.mlp.2"},
    Rename{"adaln_single.emb.timestep_embedder.linear_1", "t_embedder.mlp.0"},
    Rename{"adaln_single.emb.timestep_embedder.linear_2", "t_embedder.mlp.2"},
    Rename{"adaln_single.linear", "t_block.1"},
    Rename{"pos_embed.proj", "x_embedder.proj"},
    Rename{"caption_projection.linear_1", "y_embedder.y_proj.fc1"},
    Rename{"caption_projection.linear_2", "y_embedder.y_proj.fc2"},
    Rename{"caption_projection.y_embedding", "y_embedder.y_embedding"},
    Rename{"proj_out", "final_layer.linear"},
    Rename{"scale_shift_table", "final_layer.scale_shift_table"},
};

constexpr std::array block_names{
    Rename{"attn1.to_out.0", "attn.proj"},
    Rename{"ff.net.0.proj", "mlp.fc1"},
    Rename{"ff.net.2", "mlp.fc2"},
    Rename{"attn2.to_q", "cross_attn.q_linear"},
    Rename{"attn2.to_out.0", "cross_attn.proj"},
    Rename{"scale_shift_table", "scale_shift_table"},
};

std::vector<DiffusersModule> modules(int64_t blocks, int64_t dim) {
    std::vector<DiffusersModule> result;
    for (const auto& [theirs, ours] : single_names)
        result.push_back({.theirs = std::string(theirs), .ours = std::string(ours)});
    for (int64_t i = 0; i < blocks; ++i) {
        const std::string theirs = "transformer_blocks." + std::to_string(i) + '.';
        const std::string ours = "blocks." + std::to_string(i) + '.';
        for (const auto& [their_name, our_name] : block_names)
            result.push_back({.theirs = theirs + std::string(their_name), .ours = ours + std::string(our_name)});
        result.push_back({theirs + "attn1.to_q", ours + "attn.qkv", 0, dim});
        result.push_back({theirs + "attn1.to_k", ours + "attn.qkv", dim, dim});
        result.push_back({theirs + "attn1.to_v", ours + "attn.qkv", dim * 2, dim});
        result.push_back({theirs + "attn2.to_k", ours + "cross_attn.kv_linear", 0, dim});
        result.push_back({theirs + "attn2.to_v", ours + "cross_attn.kv_linear", dim, dim});
    }
    return result;
}

}  // namespace

TensorMap from_diffusers(const TensorMap& tensors) {
    const auto picture_in = tensors.find("pos_embed.proj.weight");
    if (picture_in == tensors.end() || !tensors.contains("adaln_single.emb.timestep_embedder.linear_1.bias")) return {};
    int64_t blocks = 0;
    while (tensors.contains("transformer_blocks." + std::to_string(blocks) + ".attn1.to_q.weight"))
        ++blocks;
    return renamed_from_diffusers(tensors, modules(blocks, picture_in->second.size(0)));
}

LoraKeys lora_names(const Weights& w) {
    LoraKeys names = module_lora_keys(w);
    const auto all = modules(w.count("blocks"), w["x_embedder.proj.weight"].size(0));
    for_each_lora_target(w, all, [&](const std::string& theirs, const LoraTarget& target) {
        for (const char* prefix : {"transformer.", "base_model.model.", "unet.base_model.model."})
            names[prefix + theirs] = target;
    });
    return names;
}

}  // namespace easel::inference::pixart
