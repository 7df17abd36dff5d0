#include "inference/models/sd3/diffusers.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace easel::inference::sd3 {
namespace {

constexpr int64_t cells_per_head = 64;  // a network has as many blocks as heads

using Rename = std::pair<std::string_view, std::string_view>;  // diffusers', ours

constexpr std::array single_names{
    Rename{"context_embedder", "context_embedder"},
    Rename{"time_text_embed.timestep_embedder.linear_1", "t_embedder.mlp.0"},
    Rename{"time_text_embed.timestep_embedder.linear_2", "t_embedder.mlp.2"},
    Rename{"time_text_embed.text_embedder.linear_1", "y_embedder.mlp.0"},
    Rename{"time_text_embed.text_embedder.linear_2", "y_embedder.mlp.2"},
    Rename{"pos_embed.proj", "x_embedder.proj"},
    Rename{"pos_embed.pos_embed", "pos_embed"},
    Rename{"proj_out", "final_layer.linear"},
};

constexpr std::array block_names{
    Rename{"attn.to_add_out", "context_block.attn.proj"},
    Rename{"ff_context.net.0.proj", "context_block.mlp.fc1"},
    Rename{"ff_context.net.2", "context_block.mlp.fc2"},
    Rename{"attn.norm_added_q", "context_block.attn.ln_q"},
    Rename{"attn.norm_added_k", "context_block.attn.ln_k"},
    Rename{"norm1.linear", "x_block.adaLN_modulation.1"},
    Rename{"attn.to_out.0", "x_block.attn.proj"},
    Rename{"attn.norm_q", "x_block.attn.ln_q"},
    Rename{"attn.norm_k", "x_block.attn.ln_k"},
    Rename{"attn2.to_out.0", "x_block.attn2.proj"},
    Rename{"attn2.norm_q", "x_block.attn2.ln_q"},
    Rename{"attn2.norm_k", "x_block.attn2.ln_k"},
    Rename{"ff.net.0.proj", "x_block.mlp.fc1"},
    Rename{"ff.net.2", "x_block.mlp.fc2"},
};

std::vector<DiffusersModule> modules(int64_t blocks, int64_t dim) {
    std::vector<DiffusersModule> result;
    for (const auto& [theirs, ours] : single_names)
        result.push_back({.theirs = std::string(theirs), .ours = std::string(ours)});
    result.push_back({.theirs = "norm_out.linear", .ours = "final_layer.adaLN_modulation.1", .swapped_halves = true});
    for (int64_t i = 0; i < blocks; ++i) {
        const std::string theirs = "transformer_blocks." + std::to_string(i) + '.';
        const std::string ours = "joint_blocks." + std::to_string(i) + '.';
        for (const auto& [their_name, our_name] : block_names)
            result.push_back({.theirs = theirs + std::string(their_name), .ours = ours + std::string(our_name)});
        // The last block's text is only read: its modulation has no more than a shift and a scale. Control networks
        // have fewer blocks, of which none is the last.
        result.push_back({.theirs = theirs + "norm1_context.linear",
                          .ours = ours + "context_block.adaLN_modulation.1",
                          .swapped_halves = i == dim / cells_per_head - 1});
        int64_t start = 0;
        for (const char* part : {"q", "k", "v"}) {
            result.push_back({theirs + "attn.to_" + part, ours + "x_block.attn.qkv", start, dim});
            result.push_back({theirs + "attn.add_" + part + "_proj", ours + "context_block.attn.qkv", start, dim});
            result.push_back({theirs + "attn2.to_" + part, ours + "x_block.attn2.qkv", start, dim});
            start += dim;
        }
    }
    return result;
}

}  // namespace

TensorMap from_diffusers(const TensorMap& tensors) {
    const auto picture_in = tensors.find("pos_embed.proj.weight");
    if (picture_in == tensors.end() || !tensors.contains("transformer_blocks.0.attn.add_q_proj.weight")) return {};
    int64_t blocks = 0;
    while (tensors.contains("transformer_blocks." + std::to_string(blocks) + ".attn.to_q.weight"))
        ++blocks;
    return renamed_from_diffusers(tensors, modules(blocks, picture_in->second.size(0)));
}

std::string own_name(const std::string& theirs) {
    const std::string module = theirs.substr(0, theirs.rfind('.'));
    for (const auto& [their_name, our_name] : single_names) {
        if (module == their_name) return std::string(our_name) + theirs.substr(module.size());
        if (theirs == their_name) return std::string(our_name);
    }
    return theirs;
}

LoraKeys lora_names(const Weights& w) {
    LoraKeys names = module_lora_keys(w);
    const auto all = modules(w.count("joint_blocks"), w["x_embedder.proj.weight"].size(0));
    for_each_lora_target(w, all, [&](const std::string& theirs, const LoraTarget& target) {
        std::string underscored = theirs;
        std::ranges::replace(underscored, '.', '_');
        names["transformer." + theirs] = target;
        names["base_model.model." + theirs] = target;
        names["lora_transformer_" + underscored] = target;
        names["lycoris_" + underscored] = target;
    });
    return names;
}

}  // namespace easel::inference::sd3
