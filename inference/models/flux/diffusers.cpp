#include "inference/models/flux/diffusers.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace easel::inference::flux {
namespace {

using Rename = std::pair<std::string_view, std::string_view>;  // diffusers', ours

constexpr std::array double_block_names{
    Rename{"attn.to_out.0", "img_attn.proj"},
    Rename{"norm1.linear", "img_mod.lin"},
    Rename{"norm1_context.linear", "txt_mod.lin"},
    Rename{"attn.to_add_out", "txt_attn.proj"},
    Rename{"ff.net.0.proj", "img_mlp.0"},
    Rename{"ff.net.2", "img_mlp.2"},
    Rename{"ff_context.net.0.proj", "txt_mlp.0"},
    Rename{"ff_context.net.2", "txt_mlp.2"},
    Rename{"ff.linear_in", "img_mlp.0"},
    Rename{"ff.linear_out", "img_mlp.2"},
    Rename{"ff_context.linear_in", "txt_mlp.0"},
    Rename{"ff_context.linear_out", "txt_mlp.2"},
    Rename{"attn.norm_q", "img_attn.norm.query_norm"},
    Rename{"attn.norm_k", "img_attn.norm.key_norm"},
    Rename{"attn.norm_added_q", "txt_attn.norm.query_norm"},
    Rename{"attn.norm_added_k", "txt_attn.norm.key_norm"},
};

constexpr std::array single_block_names{
    Rename{"norm.linear", "modulation.lin"},   Rename{"proj_out", "linear2"},
    Rename{"attn.norm_q", "norm.query_norm"},  Rename{"attn.norm_k", "norm.key_norm"},
    Rename{"attn.to_qkv_mlp_proj", "linear1"}, Rename{"attn.to_out", "linear2"},
};

constexpr std::array other_names{
    Rename{"proj_out", "final_layer.linear"},
    Rename{"x_embedder", "img_in"},
    Rename{"context_embedder", "txt_in"},
    Rename{"time_text_embed.timestep_embedder.linear_1", "time_in.in_layer"},
    Rename{"time_text_embed.timestep_embedder.linear_2", "time_in.out_layer"},
    Rename{"time_text_embed.text_embedder.linear_1", "vector_in.in_layer"},
    Rename{"time_text_embed.text_embedder.linear_2", "vector_in.out_layer"},
    Rename{"time_text_embed.guidance_embedder.linear_1", "guidance_in.in_layer"},
    Rename{"time_text_embed.guidance_embedder.linear_2", "guidance_in.out_layer"},
};

int64_t count_blocks(const TensorMap& tensors, const std::string& name) {
    int64_t count = 0;
    const auto present = [&](const std::string& prefix) {
        const auto first = tensors.lower_bound(prefix);
        return first != tensors.end() && first->first.starts_with(prefix);
    };
    while (present(name + "." + std::to_string(count) + "."))
        ++count;
    return count;
}

}  // namespace

std::vector<DiffusersModule> diffusers_modules(int64_t double_blocks, int64_t single_blocks, int64_t dim) {
    std::vector<DiffusersModule> modules;
    for (int64_t i = 0; i < double_blocks; ++i) {
        const std::string theirs = "transformer_blocks." + std::to_string(i) + ".";
        const std::string ours = "double_blocks." + std::to_string(i) + ".";
        int64_t start = 0;
        for (const char* part : {"q", "k", "v"}) {
            modules.push_back({theirs + "attn.to_" + part, ours + "img_attn.qkv", start, dim});
            modules.push_back({theirs + "attn.add_" + part + "_proj", ours + "txt_attn.qkv", start, dim});
            start += dim;
        }
        for (const auto& [name, module] : double_block_names)
            modules.push_back({.theirs = theirs + std::string(name), .ours = ours + std::string(module)});
    }
    for (int64_t i = 0; i < single_blocks; ++i) {
        const std::string theirs = "single_transformer_blocks." + std::to_string(i) + ".";
        const std::string ours = "single_blocks." + std::to_string(i) + ".";
        int64_t start = 0;
        for (const char* part : {"q", "k", "v"}) {
            modules.push_back({theirs + "attn.to_" + part, ours + "linear1", start, dim});
            start += dim;
        }
        modules.push_back({theirs + "proj_mlp", ours + "linear1", start, 4 * dim});
        for (const auto& [name, module] : single_block_names)
            modules.push_back({.theirs = theirs + std::string(name), .ours = ours + std::string(module)});
    }
    for (const auto& [theirs, ours] : other_names)
        modules.push_back({.theirs = std::string(theirs), .ours = std::string(ours)});
    modules.push_back({.theirs = "norm_out.linear", .ours = "final_layer.adaLN_modulation.1", .swapped_halves = true});
    return modules;
}

TensorMap from_diffusers(const TensorMap& tensors) {
    const auto embedder = tensors.find("x_embedder.weight");
    if (embedder == tensors.end() || !tensors.contains("transformer_blocks.0.attn.add_q_proj.weight")) return {};
    return renamed_from_diffusers(tensors, diffusers_modules(count_blocks(tensors, "transformer_blocks"),
                                                             count_blocks(tensors, "single_transformer_blocks"),
                                                             embedder->second.size(0)));
}

LoraKeys lora_names(const Weights& w) {
    LoraKeys names = module_lora_keys(w);
    const int64_t dim = w["txt_in.weight"].size(0);
    const auto underscored = [](std::string text) {
        std::ranges::replace(text, '.', '_');
        return text;
    };
    for (const std::string& key : w.keys()) {
        // Scales of norms are weights under another name.
        if (key.ends_with(".scale")) {
            const std::string module = key.substr(0, key.size() - std::string_view(".scale").size());
            names["lora_unet_" + underscored(module)] = w.prefix() + key;
            names["diffusion_model." + module] = w.prefix() + key;
        }
        constexpr std::string_view fused = ".linear1.weight";
        if (key.ends_with(fused))
            names["diffusion_model." + key.substr(0, key.size() - std::string_view(".weight").size()) + "_qkv"] =
                LoraTarget(w.prefix() + key, WeightSlice{.dimension = 0, .start = 0, .length = 3 * dim});
    }
    for_each_lora_target(w, diffusers_modules(w.count("double_blocks"), w.count("single_blocks"), dim),
                         [&](const std::string& theirs, const LoraTarget& target) {
                             add_transformer_names(names, theirs, target);
                             names["lora_transformer_" + underscored(theirs)] = target;
                         });
    return names;
}

}  // namespace easel::inference::flux
