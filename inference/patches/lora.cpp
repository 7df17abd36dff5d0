#include "inference/patches/lora.hpp"

#include "base/log.hpp"
#include "inference/patches/lora_layouts.hpp"
#include "inference/patches/lora_patches.hpp"

#include <algorithm>
#include <array>
#include <tuple>
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
    Ending{".a1.weight", "a1"},
    Ending{".a2.weight", "a2"},
    Ending{".b1.weight", "b1"},
    Ending{".b2.weight", "b2"},
    Ending{".oft_blocks", "rotations"},
    Ending{".rescale", "rescale"},
    Ending{".w_norm", "difference"},
    Ending{".b_norm", "bias_difference"},
    Ending{".diff", "difference"},
    Ending{".diff_b", "bias_difference"},
    Ending{".set_weight", "value"},
};

// The tensors of one module by role.
struct Parts {
    std::map<std::string_view, Tensor> tensors;
    std::vector<std::string> keys;

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
    if (parts.has("rotations")) return orthogonal_patch(parts["rotations"], parts["rescale"], scale_of(parts));
    if (parts.has("a1"))
        return general_patch({.a1 = parts["a1"], .a2 = parts["a2"], .b1 = parts["b1"], .b2 = parts["b2"]},
                             scale_of(parts));
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

// Keys that end in none of the known ways go to `unknown`.
std::map<std::string, Parts, std::less<>> grouped(const TensorMap& tensors, std::vector<std::string>& unknown) {
    std::map<std::string, Parts, std::less<>> modules;
    for (const auto& [key, tensor] : tensors) {
        const auto known =
            std::ranges::find_if(endings, [&](const Ending& ending) { return key.ends_with(ending.text); });
        if (known == endings.end()) {
            unknown.push_back(key);
            continue;
        }
        Parts& parts = modules[key.substr(0, key.size() - known->text.size())];
        parts.tensors.emplace(known->role, tensor);
        parts.keys.push_back(key);
    }
    return modules;
}

}  // namespace

Lora::Lora(const TensorMap& tensors, std::string origin, std::map<std::string, std::string> metadata)
    : origin_(std::move(origin)), metadata_(std::move(metadata)) {
    for (const auto& [name, parts] : grouped(canonical_lora(tensors), unknown_)) {
        Module module{.weight = weight_patch(parts), .bias = nullptr, .keys = parts.keys};
        if (const Tensor bias = parts["bias_difference"]; bias.defined()) module.bias = difference_patch(bias);
        if (module.weight || module.bias) modules_.emplace(name, std::move(module));
    }
    if (modules_.empty()) throw ModelError(origin_ + " is no LoRA that is known: none of its tensors is a change");
}

PatchList Lora::patches_for(const LoraKeys& names, double strength) const {
    // Several names of a file may mean the same weight; the last one counts, as in ComfyUI.
    std::map<std::tuple<std::string, int64_t, int64_t>, std::shared_ptr<const Patch>> by_place;
    for (const auto& [name, module] : modules_) {
        const auto found = names.find(name);
        if (found == names.end()) continue;
        const LoraTarget& target = found->second;
        const std::string& key = target.key;
        const auto add = [&](const std::string& weight, std::shared_ptr<const Patch> patch) {
            if (target.swapped_halves) patch = swapped_patch(std::move(patch));
            if (target.slice) patch = sliced_patch(std::move(patch), *target.slice);
            const WeightSlice place = target.slice.value_or(WeightSlice{});
            by_place[{weight, place.start, place.length}] = std::move(patch);
        };
        if (module.weight) add(key, module.weight);
        if (module.bias && key.ends_with(".weight"))
            add(key.substr(0, key.size() - std::string_view("weight").size()) + "bias", module.bias);
    }
    PatchList patches;
    for (auto& [place, patch] : by_place)
        patches.emplace_back(std::get<0>(place), AppliedPatch{std::move(patch), strength});
    return patches;
}

std::vector<std::string> Lora::unused(const LoraKeys& model, const LoraKeys& text) const {
    std::vector<std::string> keys = unknown_;
    for (const auto& [name, module] : modules_)
        if (!model.contains(name) && !text.contains(name))
            keys.insert(keys.end(), module.keys.begin(), module.keys.end());
    return keys;
}

void Lora::warn_of_unused(const LoraKeys& model, const LoraKeys& text) const {
    for (const std::string& key : unused(model, text))
        logger("inference")->warn("lora key not loaded: {}", key);
}

}  // namespace easel::inference
