// Ideogram 4: thirteen layers of Qwen3-VL-8B, whose numbers alternate for each token. (Ideogram4TEModel)
#include "inference/text/families/qwen3.hpp"
#include "inference/text/text_family.hpp"

namespace easel::inference {

void register_text_ideogram4(TextFamilies& families) {
    families.push_back({
        .name = "ideogram4",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return kinds == std::vector<std::string>{"qwen3_8b"} && type == "ideogram4";
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            auto parts = qwen_parts("qwen3vl_8b", qwen_chat);
            parts.config.rope_base = 5e6;
            parts.config.has_final_norm = false;
            parts.chat.complete_beginnings = {"<|im_start|>"};
            parts.reading.wanted.taps = {1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 34, 36};
            parts.joined = [](const Tensor& states) { return states.permute({0, 2, 3, 1}).flatten(2); };
            return std::make_shared<LanguageText>(w / "qwen3_8b", std::move(parts), settings);
        },
    });
}

}  // namespace easel::inference
