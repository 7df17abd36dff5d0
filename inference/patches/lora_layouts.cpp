#include "inference/patches/lora_layouts.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace easel::inference {
namespace {

struct Respelling {
    std::string_view from, to;
};

// Black Forest Labs' control LoRAs for Flux, which also bring biases and norms.
constexpr std::array control_names{
    Respelling{".lora_B.bias", ".diff_b"},
    Respelling{"_norm.scale", "_norm.set_weight"},
};

// USO's LoRAs for Flux.
constexpr std::array uso_names{
    Respelling{".down.weight", ".lora_down.weight"},
    Respelling{".up.weight", ".lora_up.weight"},
    Respelling{".qkv_lora2.", ".txt_attn.qkv."},
    Respelling{".qkv_lora1.", ".img_attn.qkv."},
    Respelling{".proj_lora1.", ".img_attn.proj."},
    Respelling{".proj_lora2.", ".txt_attn.proj."},
    Respelling{".qkv_lora.", ".linear1_qkv."},
    Respelling{".proj_lora.", ".linear2."},
    Respelling{".processor.", "."},
};

TensorMap renamed(const TensorMap& tensors, std::span<const Respelling> names) {
    TensorMap result;
    for (const auto& [key, tensor] : tensors) {
        std::string name = "diffusion_model." + key;
        for (const auto& [from, to] : names)
            if (const auto at = name.find(from); at != std::string::npos) name.replace(at, from.size(), to);
        result.emplace(std::move(name), tensor);
    }
    return result;
}

TensorMap flux_control(const TensorMap& tensors) {
    TensorMap result = renamed(tensors, control_names);
    const auto up = tensors.find("img_in.lora_B.weight"), down = tensors.find("img_in.lora_A.weight");
    if (up != tensors.end() && down != tensors.end())
        result["diffusion_model.img_in.reshape_weight"] =
            at::tensor({up->second.size(0), down->second.size(1)}, at::kLong);
    return result;
}

// Wan's Fun LoRAs have an underscore too many.
TensorMap wan_fun(const TensorMap& tensors) {
    constexpr std::string_view from = "lora_unet__";
    TensorMap result;
    for (const auto& [key, tensor] : tensors)
        result.emplace(key.starts_with(from) ? "lora_unet_" + key.substr(from.size()) : key, tensor);
    return result;
}

}  // namespace

TensorMap canonical_lora(const TensorMap& tensors) {
    if (tensors.contains("img_in.lora_A.weight") && tensors.contains("single_blocks.0.norm.key_norm.scale"))
        return flux_control(tensors);
    if (tensors.contains("lora_unet__blocks_0_cross_attn_k.lora_down.weight")) return wan_fun(tensors);
    if (tensors.contains("single_blocks.37.processor.qkv_lora.up.weight") &&
        tensors.contains("double_blocks.18.processor.qkv_lora2.up.weight"))
        return renamed(tensors, uso_names);
    return tensors;
}

}  // namespace easel::inference
