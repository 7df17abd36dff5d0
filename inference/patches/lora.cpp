#include "inference/patches/lora.hpp"

#include "inference/patches/lora_patches.hpp"

#include <array>
#include <utility>

namespace easel::inference {

namespace {

// How the tensors of one module end in the layouts that ComfyUI reads, and what they are. Longer endings come first
// where one contains another.
struct Ending {
    std::string_view text;
    std::string_view role;
};
constexpr std::array endings{
    Ending{".lora_up.weight", "up"},
    Ending{".lora_down.weight", "down"},
    Ending{".lora_mid.weight", "mid"},
    Ending{".lora_linear_layer.up.weight", "up"},
    Ending{".lora_linear_layer.down.weight", "down"},
    Ending{".lora.up.weight", "up"},
    Ending{".lora.down.weight", "down"},
    Ending{"_lora.up.weight", "up"},
    Ending{"_lora.down.weight", "down"},
    Ending{".lora_B.default.weight", "up"},
    Ending{".lora_A.default.weight", "down"},
    Ending{".lora_B.weight", "up"},
    Ending{".lora_A.weight", "down"},
    Ending{".lora_B", "up"},
    Ending{".lora_A", "down"},
    Ending{".reshape_weight", "reshape"},
    Ending{".alpha", "alpha"},
    Ending{".dora_scale", "magnitude"},
    Ending{".hada_w1_a", "hada1_a"},
    Ending{".hada_w1_b", "hada1_b"},
    Ending{".hada_w2_a", "hada2_a"},
    Ending{".hada_w2_b", "hada2_b"},
    Ending{".hada_t1", "hada1_core"},
    Ending{".hada_t2", "hada2_core"},
    Ending{".lokr_w1_a", "lokr1_a"},
    Ending{".lokr_w1_b", "lokr1_b"},
    Ending{".lokr_w2_a", "lokr2_a"},
    Ending{".lokr_w2_b", "lokr2_b"},
    Ending{".lokr_w1", "lokr1"},
    Ending{".lokr_w2", "lokr2"},
    Ending{".lokr_t2", "lokr2_core"},
    Ending{".w_norm", "difference"},
    Ending{".b_norm", "bias_difference"},
    Ending{".diff", "difference"},
    Ending{".diff_b", "bias_difference"},
    Ending{".set_weight", "value"},
};

// The tensors of one module by role.
struct Parts {
    std::map<std::string_view, Tensor> tensors;

    Tensor operator[](std::string_view role) const {
        const auto found = tensors.find(role);
        return found == tensors.end() ? Tensor() : found->second;
    }
    bool has(std::string_view role) const { return tensors.contains(role); }
};

LoraScale scale_of(const Parts& parts) {
    LoraScale scale{.alpha = {}, .magnitude = parts["magnitude"]};
    if (const Tensor alpha = parts["alpha"]; alpha.defined() && alpha.numel() == 1)
        scale.alpha = alpha.to(at::kDouble).item<double>();
    return scale;
}

std::optional<std::vector<int64_t>> shape_of(const Parts& parts) {
    const Tensor shape = parts["reshape"];
    if (!shape.defined() || shape.dim() != 1) return std::nullopt;
    std::vector<int64_t> sizes;
    for (int64_t i = 0; i < shape.size(0); ++i)
        sizes.push_back(shape[i].to(at::kLong).item<int64_t>());
    return sizes;
}

// Where a module has several kinds of change, the last one in this order counts, as in ComfyUI.
std::shared_ptr<const Patch> weight_patch(const Parts& parts) {
    if (parts.has("value")) return value_patch(parts["value"]);
    if (parts.has("difference")) return difference_patch(parts["difference"]);
    if (parts.has("lokr1") || parts.has("lokr2") || parts.has("lokr1_a") || parts.has("lokr2_a"))
        return kronecker_patch(
            {.whole = parts["lokr1"], .low_rank = {.a = parts["lokr1_a"], .b = parts["lokr1_b"], .core = {}}},
            {.whole = parts["lokr2"],
             .low_rank = {.a = parts["lokr2_a"], .b = parts["lokr2_b"], .core = parts["lokr2_core"]}},
            scale_of(parts));
    if (parts.has("hada1_a"))
        return hadamard_patch({.a = parts["hada1_a"], .b = parts["hada1_b"], .core = parts["hada1_core"]},
                              {.a = parts["hada2_a"], .b = parts["hada2_b"], .core = parts["hada2_core"]},
                              scale_of(parts));
    if (parts.has("up") && parts.has("down"))
        return low_rank_patch(parts["up"], parts["down"], parts["mid"], scale_of(parts), shape_of(parts));
    return nullptr;
}

std::map<std::string, Parts, std::less<>> grouped(const TensorMap& tensors) {
    std::map<std::string, Parts, std::less<>> modules;
    for (const auto& [key, tensor] : tensors)
        for (const auto& [ending, role] : endings)
            if (key.ends_with(ending)) {
                modules[key.substr(0, key.size() - ending.size())].tensors.emplace(role, tensor);
                break;
            }
    return modules;
}

}  // namespace

Lora::Lora(const TensorMap& tensors, std::string origin) : origin_(std::move(origin)) {
    for (const auto& [name, parts] : grouped(tensors)) {
        Module module{.weight = weight_patch(parts), .bias = nullptr};
        if (const Tensor bias = parts["bias_difference"]; bias.defined()) module.bias = difference_patch(bias);
        if (module.weight || module.bias) modules_.emplace(name, std::move(module));
    }
    if (modules_.empty()) throw ModelError(origin_ + " is no LoRA that is known: none of its tensors is a change");
}

PatchMap Lora::patches_for(const LoraKeys& names) const {
    PatchMap patches;
    for (const auto& [name, module] : modules_) {
        const auto found = names.find(name);
        if (found == names.end()) continue;
        const std::string& key = found->second;
        if (module.weight) patches[key] = module.weight;
        if (module.bias && key.ends_with(".weight"))
            patches[key.substr(0, key.size() - std::string_view("weight").size()) + "bias"] = module.bias;
    }
    return patches;
}

std::vector<std::string> Lora::unused(const LoraKeys& model, const LoraKeys& text) const {
    std::vector<std::string> names;
    for (const auto& [name, module] : modules_)
        if (!model.contains(name) && !text.contains(name)) names.push_back(name);
    return names;
}

}  // namespace easel::inference
