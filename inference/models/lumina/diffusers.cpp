#include "inference/models/lumina/diffusers.hpp"

#include <array>
#include <utility>

namespace easel::inference::lumina {
namespace {

using Rename = std::pair<std::string_view, std::string_view>;  // diffusers', ours

constexpr std::array renamed_in_blocks{
    Rename{"attention.norm_q", "attention.q_norm"},
    Rename{"attention.norm_k", "attention.k_norm"},
    Rename{"attention.to_out.0", "attention.out"},
};

constexpr std::array kept_in_blocks{
    "attention_norm1", "attention_norm2", "feed_forward.w1", "feed_forward.w2",
    "feed_forward.w3", "ffn_norm1",       "ffn_norm2",       "adaLN_modulation.0",
};

constexpr std::array other_names{
    Rename{"all_final_layer.2-1.linear", "final_layer.linear"},
    Rename{"all_final_layer.2-1.adaLN_modulation.1", "final_layer.adaLN_modulation.1"},
    Rename{"all_x_embedder.2-1", "x_embedder"},
    Rename{"x_pad_token", "x_pad_token"},
    Rename{"cap_embedder.0", "cap_embedder.0"},
    Rename{"cap_embedder.1", "cap_embedder.1"},
    Rename{"cap_pad_token", "cap_pad_token"},
    Rename{"t_embedder.mlp.0", "t_embedder.mlp.0"},
    Rename{"t_embedder.mlp.2", "t_embedder.mlp.2"},
};

constexpr std::array stacks{"layers.", "context_refiner.", "noise_refiner."};

// `key_dim` is the width of keys and of values, `counts` how many blocks each stack has.
std::vector<DiffusersModule> modules(const std::array<int64_t, 3>& counts, int64_t dim, int64_t key_dim) {
    std::vector<DiffusersModule> result;
    for (std::size_t stack = 0; stack < stacks.size(); ++stack) {
        for (int64_t i = 0; i < counts[stack]; ++i) {
            const std::string block = stacks[stack] + std::to_string(i) + ".";
            const std::string qkv = block + "attention.qkv";
            result.push_back({block + "attention.to_q", qkv, 0, dim});
            result.push_back({block + "attention.to_k", qkv, dim, key_dim});
            result.push_back({block + "attention.to_v", qkv, dim + key_dim, key_dim});
            for (const auto& [theirs, ours] : renamed_in_blocks)
                result.push_back({.theirs = block + std::string(theirs), .ours = block + std::string(ours)});
            for (const char* name : kept_in_blocks)
                result.push_back({.theirs = block + name, .ours = block + name});
        }
    }
    for (const auto& [theirs, ours] : other_names)
        result.push_back({.theirs = std::string(theirs), .ours = std::string(ours)});
    return result;
}

int64_t count_blocks(const TensorMap& tensors, const std::string& stack) {
    int64_t count = 0;
    while (tensors.contains(stack + std::to_string(count) + ".attention.to_q.weight"))
        ++count;
    return count;
}

}  // namespace

TensorMap from_diffusers(const TensorMap& tensors) {
    const auto keys = tensors.find("noise_refiner.0.attention.to_k.weight");
    if (keys == tensors.end() || !tensors.contains("noise_refiner.0.attention.norm_k.weight")) return {};
    const std::array<int64_t, 3> counts{count_blocks(tensors, stacks[0]), count_blocks(tensors, stacks[1]),
                                        count_blocks(tensors, stacks[2])};
    return renamed_from_diffusers(tensors, modules(counts, keys->second.size(1), keys->second.size(0)));
}

LoraKeys lora_names(const Weights& w) {
    LoraKeys names = module_lora_keys(w);
    const auto qkv = w.shape("layers.0.attention.qkv.weight");
    const int64_t dim = qkv[1], key_dim = (qkv[0] - dim) / 2;
    for_each_lora_target(
        w, modules({w.count("layers"), w.count("context_refiner"), w.count("noise_refiner")}, dim, key_dim),
        [&](const std::string& theirs, const LoraTarget& target) {
            add_transformer_names(names, theirs, target);
            names["diffusion_model." + theirs] = target;
        });
    return names;
}

}  // namespace easel::inference::lumina
