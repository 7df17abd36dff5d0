#include "inference/models/aura_flow/diffusers.hpp"

#include <array>
#include <span>
#include <string>
#include <utility>

namespace easel::inference::aura_flow {
namespace {

using Rename = std::pair<std::string_view, std::string_view>;  // diffusers', ours

constexpr std::array single_names{
    Rename{"pos_embed.pos_embed", "positional_encoding"},
    Rename{"register_tokens", "register_tokens"},
    Rename{"time_step_proj.linear_1", "t_embedder.mlp.0"},
    Rename{"time_step_proj.linear_2", "t_embedder.mlp.2"},
    Rename{"context_embedder", "cond_seq_linear"},
    Rename{"pos_embed.proj", "init_x_linear"},
    Rename{"proj_out", "final_linear"},
};

constexpr std::array double_names{
    Rename{"attn.to_q", "attn.w2q"},
    Rename{"attn.to_k", "attn.w2k"},
    Rename{"attn.to_v", "attn.w2v"},
    Rename{"attn.to_out.0", "attn.w2o"},
    Rename{"attn.add_q_proj", "attn.w1q"},
    Rename{"attn.add_k_proj", "attn.w1k"},
    Rename{"attn.add_v_proj", "attn.w1v"},
    Rename{"attn.to_add_out", "attn.w1o"},
    Rename{"ff.linear_1", "mlpX.c_fc1"},
    Rename{"ff.linear_2", "mlpX.c_fc2"},
    Rename{"ff.out_projection", "mlpX.c_proj"},
    Rename{"ff_context.linear_1", "mlpC.c_fc1"},
    Rename{"ff_context.linear_2", "mlpC.c_fc2"},
    Rename{"ff_context.out_projection", "mlpC.c_proj"},
    Rename{"norm1.linear", "modX.1"},
    Rename{"norm1_context.linear", "modC.1"},
};

constexpr std::array block_names{
    Rename{"attn.to_q", "attn.w1q"},
    Rename{"attn.to_k", "attn.w1k"},
    Rename{"attn.to_v", "attn.w1v"},
    Rename{"attn.to_out.0", "attn.w1o"},
    Rename{"norm1.linear", "modCX.1"},
    Rename{"ff.linear_1", "mlp.c_fc1"},
    Rename{"ff.linear_2", "mlp.c_fc2"},
    Rename{"ff.out_projection", "mlp.c_proj"},
};

constexpr std::string_view their_double = "joint_transformer_blocks.", their_single = "single_transformer_blocks.";

void add(std::vector<DiffusersModule>& modules, const std::string& theirs, const std::string& ours,
         std::span<const Rename> names) {
    for (const auto& [their_name, our_name] : names)
        modules.push_back({.theirs = theirs + std::string(their_name), .ours = ours + std::string(our_name)});
}

std::vector<DiffusersModule> modules(int64_t double_blocks, int64_t single_blocks) {
    std::vector<DiffusersModule> result;
    add(result, "", "", single_names);
    result.push_back({.theirs = "norm_out.linear", .ours = "modF.1", .swapped_halves = true});
    for (int64_t i = 0; i < double_blocks; ++i) {
        const std::string index = std::to_string(i) + '.';
        add(result, std::string(their_double) + index, "double_layers." + index, double_names);
    }
    for (int64_t i = 0; i < single_blocks; ++i) {
        const std::string index = std::to_string(i) + '.';
        add(result, std::string(their_single) + index, "single_layers." + index, block_names);
    }
    return result;
}

int64_t count(const TensorMap& tensors, std::string_view prefix) {
    int64_t n = 0;
    while (tensors.contains(std::string(prefix) + std::to_string(n) + ".attn.to_q.weight"))
        ++n;
    return n;
}

}  // namespace

TensorMap from_diffusers(const TensorMap& tensors) {
    if (!tensors.contains("joint_transformer_blocks.0.attn.add_k_proj.weight")) return {};
    return renamed_from_diffusers(tensors, modules(count(tensors, their_double), count(tensors, their_single)));
}

LoraKeys lora_names(const Weights& w) {
    LoraKeys names = module_lora_keys(w);
    const auto all = modules(w.count("double_layers"), w.count("single_layers"));
    for_each_lora_target(w, all, [&](const std::string& theirs, const LoraTarget& target) {
        names["transformer." + theirs] = target;
    });
    return names;
}

}  // namespace easel::inference::aura_flow
