#include "inference/text/text_lora_keys.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace easel::inference {

namespace {

constexpr std::string_view weight_suffix = ".weight";

std::string with_underscores(std::string text) {
    std::ranges::replace(text, '.', '_');
    return text;
}

// A linear layer of CLIP's: the modules that LoRAs are trained on.
bool is_clip_linear(std::string_view module) {
    return module.starts_with("text_model.encoder.layers.") &&
           (module.find(".mlp.") != std::string_view::npos || module.find(".self_attn.") != std::string_view::npos);
}

struct Prefixes {
    std::vector<std::string> kohya;
    std::string diffusers;
};

Prefixes clip_prefixes(std::string_view part, bool has_l) {
    if (part != "clip_g") return {{"lora_te_", "lora_te1_"}, "text_encoder."};
    if (has_l) return {{"lora_te2_"}, "text_encoder_2."};
    return {{"lora_te_", "lora_prior_te_"}, "text_encoder."};
}

// OneTrainer numbers the encoders of a model; T5 comes behind the CLIPs. In Flux it is called the third as well.
std::vector<std::string> t5_prefixes(bool has_l, bool has_g) {
    if (has_l && has_g) return {"lora_te3_"};
    if (has_l) return {"lora_te2_", "lora_te3_"};
    return {has_g ? "lora_te2_" : "lora_te1_"};
}

}  // namespace

LoraKeys text_lora_keys(const Weights& w) {
    std::set<std::string> parts;
    const auto keys = w.keys();
    for (const auto& key : keys)
        parts.insert(key.substr(0, key.find('.')));
    const bool has_l = parts.contains("clip_l"), has_g = parts.contains("clip_g");

    LoraKeys names;
    for (const auto& relative : keys) {
        const auto dot = relative.find('.');
        if (dot == std::string::npos || !relative.ends_with(weight_suffix)) continue;
        const std::string part = relative.substr(0, dot);
        const std::string module = relative.substr(dot + 1, relative.size() - dot - 1 - weight_suffix.size());
        const std::string flat = with_underscores(module);
        const std::string key = w.prefix() + relative;
        const bool is_clip = part.starts_with("clip_");

        names["text_encoders." + part + ".transformer." + module] = key;
        if (!is_clip) names["text_encoders.transformer." + module] = key;
        if (is_clip && is_clip_linear(module)) {
            const auto [kohya, diffusers] = clip_prefixes(part, has_l);
            for (const auto& prefix : kohya)
                names[prefix + flat] = key;
            names[diffusers + module] = key;
        }
        if (module == "text_projection" && part == "clip_g")
            names["lora_prior_te_text_projection"] = names["lora_te2_text_projection"] = key;
        if (module == "text_projection" && part == "clip_l") names["lora_te1_text_projection"] = key;
        if (part == "t5xxl")
            for (const auto& prefix : t5_prefixes(has_l, has_g))
                names[prefix + flat] = key;
        if (parts.size() == 1 && module.starts_with("model.")) names["lora_te_" + flat.substr(6)] = key;
    }
    return names;
}

}  // namespace easel::inference
