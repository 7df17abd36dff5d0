// Ideogram 4: thirteen layers of Qwen3-VL-8B, whose numbers alternate for each token. Files bring the language model
// alone or with the vision tower. (Ideogram4TEModel, Ideogram4Qwen3VLTEModel)
#include "inference/text/families/qwen3_vl.hpp"
#include "inference/text/text_family.hpp"

namespace easel::inference {
namespace {

LanguageTextParts language_model_alone() {
    auto parts = qwen_parts("qwen3vl_8b", qwen_chat);
    parts.config.rope_base = 5e6;
    parts.config.has_final_norm = false;
    parts.chat.complete_beginnings = {"<|im_start|>"};
    return parts;
}

LanguageTextParts with_vision(const Weights& w) {
    auto parts = qwen3_vl_parts(w, "qwen3vl_8b");
    parts.chat.thinks = true;
    return parts;
}

}  // namespace

void register_text_ideogram4(TextFamilies& families) {
    families.push_back({
        .name = "ideogram4",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "ideogram4" && kinds.size() == 1 &&
                       (kinds.front() == "qwen3_8b" || kinds.front() == "qwen3vl_8b");
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            const bool sees = w.has_part("qwen3vl_8b");
            const Weights part = w / (sees ? "qwen3vl_8b" : "qwen3_8b");
            auto parts = sees ? with_vision(part) : language_model_alone();
            parts.reading.wanted.taps = {1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 34, 36};
            parts.joined = [](const Tensor& states) { return states.permute({0, 2, 3, 1}).flatten(2); };
            return std::make_shared<LanguageText>(part, std::move(parts), settings);
        },
    });
}

}  // namespace easel::inference
