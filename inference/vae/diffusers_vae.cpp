#include "inference/vae/diffusers_vae.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace easel::inference {
namespace {

using Rename = std::pair<std::string_view, std::string_view>;

// Inside the attention; older files use other names.
constexpr std::array attention_names{
    Rename{"group_norm.", "norm."},
    Rename{"to_q.", "q."},
    Rename{"to_k.", "k."},
    Rename{"to_v.", "v."},
    Rename{"query.", "q."},
    Rename{"key.", "k."},
    Rename{"value.", "v."},
    Rename{"to_out.0.", "proj_out."},
    Rename{"proj_attn.", "proj_out."},
};

bool replace_start(std::string& text, std::string_view from, std::string_view to) {
    if (!text.starts_with(from)) return false;
    text.replace(0, from.size(), to);
    return true;
}

// Takes "<number>." off the front.
int64_t take_number(std::string& text) {
    const auto dot = text.find('.');
    const int64_t number = std::stoll(text.substr(0, dot));
    text.erase(0, dot + 1);
    return number;
}

std::string resnet_name(std::string part) {
    replace_start(part, "conv_shortcut.", "nin_shortcut.");
    return part;
}

// Below `encoder.` or `decoder.`. Diffusers counts the levels of the decoder from the lowest resolution.
std::string part_name(std::string part, int64_t levels) {
    if (replace_start(part, "conv_norm_out.", "norm_out.")) return part;
    if (replace_start(part, "mid_block.attentions.0.", "")) {
        for (const auto& [theirs, ours] : attention_names)
            if (replace_start(part, theirs, ours)) break;
        return "mid.attn_1." + part;
    }
    if (replace_start(part, "mid_block.resnets.", "")) {
        const int64_t index = take_number(part);
        return "mid.block_" + std::to_string(index + 1) + '.' + resnet_name(part);
    }
    const bool is_down = replace_start(part, "down_blocks.", "");
    if (!is_down && !replace_start(part, "up_blocks.", "")) return part;
    const int64_t index = take_number(part);
    const std::string level = is_down ? "down." + std::to_string(index) : "up." + std::to_string(levels - 1 - index);
    if (replace_start(part, "resnets.", "")) {
        const int64_t block = take_number(part);
        return level + ".block." + std::to_string(block) + '.' + resnet_name(part);
    }
    if (replace_start(part, "downsamplers.0.", "")) return level + ".downsample." + part;
    replace_start(part, "upsamplers.0.", "");
    return level + ".upsample." + part;
}

int64_t decoder_levels(const TensorMap& tensors) {
    int64_t levels = 0;
    while (tensors.contains("decoder.up_blocks." + std::to_string(levels) + ".resnets.0.norm1.weight"))
        ++levels;
    return levels;
}

}  // namespace

TensorMap kl_in_own_layout(TensorMap tensors) {
    const int64_t levels = decoder_levels(tensors);
    if (levels == 0 || tensors.contains("decoder.up_blocks.2.upsamplers.0.upscale_conv.weight")) return tensors;
    TensorMap result;
    for (const auto& [key, tensor] : tensors) {
        const bool is_part = key.starts_with("encoder.") || key.starts_with("decoder.");
        const std::string name = is_part ? key.substr(0, 8) + part_name(key.substr(8), levels) : key;
        // The attention is made of linear layers there and of 1x1 convolutions here.
        const bool is_matrix = tensor.dim() == 2 && name.find(".attn_1.") != std::string::npos;
        result.emplace(name, is_matrix ? tensor.unsqueeze(-1).unsqueeze(-1) : tensor);
    }
    return result;
}

}  // namespace easel::inference
