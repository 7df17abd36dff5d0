#include "inference/models/hunyuan_video/names.hpp"

#include <boost/algorithm/string/replace.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace easel::inference::hunyuan_video {
namespace {

using Renaming = std::pair<std::string_view, std::string_view>;

// In this order: a later one sees what an earlier one has left.
constexpr std::array<Renaming, 17> renamings{{
    {"txt_in.t_embedder.mlp.0.", "txt_in.t_embedder.in_layer."},
    {"txt_in.t_embedder.mlp.2.", "txt_in.t_embedder.out_layer."},
    {"txt_in.c_embedder.linear_1.", "txt_in.c_embedder.in_layer."},
    {"txt_in.c_embedder.linear_2.", "txt_in.c_embedder.out_layer."},
    {"_mod.linear.", "_mod.lin."},
    {"_attn_qkv.", "_attn.qkv."},
    {"mlp.fc1.", "mlp.0."},
    {"mlp.fc2.", "mlp.2."},
    {"_attn_q_norm.weight", "_attn.norm.query_norm.weight"},
    {"_attn_k_norm.weight", "_attn.norm.key_norm.weight"},
    {".q_norm.weight", ".norm.query_norm.weight"},
    {".k_norm.weight", ".norm.key_norm.weight"},
    {"_attn_proj.", "_attn.proj."},
    {".modulation.linear.", ".modulation.lin."},
    {"_in.mlp.2.", "_in.out_layer."},
    {"_in.mlp.0.", "_in.in_layer."},
    {"norm.scale", "norm.weight"},
}};

// The other way, for modules that LoRA files name.
constexpr std::array<Renaming, 6> lora_renamings{{
    {"_mod.lin.", "_mod.linear."},
    {"_attn.qkv.", "_attn_qkv."},
    {"_attn.proj.", "_attn_proj."},
    {"mlp.0.", "mlp.fc1."},
    {"mlp.2.", "mlp.fc2."},
    {".modulation.lin.", ".modulation.linear."},
}};

template <std::size_t Count>
std::string renamed(std::string text, const std::array<Renaming, Count>& table) {
    for (const auto& [from, to] : table)
        boost::algorithm::replace_all(text, from, to);
    return text;
}

}  // namespace

TensorMap from_original(const TensorMap& network) {
    if (!network.contains("txt_in.individual_token_refiner.blocks.0.norm1.weight")) return {};
    TensorMap result;
    for (const auto& [key, tensor] : network)
        result.emplace(renamed(key, renamings), tensor);
    return result;
}

LoraKeys lora_names(const Weights& network) {
    LoraKeys names = module_lora_keys(network);
    constexpr std::string_view ending = ".weight";
    for (const std::string& key : network.keys()) {
        if (!key.ends_with(ending)) continue;
        const std::string theirs = renamed(key, lora_renamings);
        const std::string module = theirs.substr(0, theirs.size() - ending.size());
        names["transformer." + module] = network.prefix() + key;
        names["diffusion_model." + module] = network.prefix() + key;
    }
    return names;
}

}  // namespace easel::inference::hunyuan_video
