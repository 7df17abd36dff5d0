// OmniGen 2: Qwen2.5-3B. (Omnigen2Model)
#include "inference/text/families/qwen3.hpp"
#include "inference/text/text_family.hpp"

namespace easel::inference {

void register_text_omnigen2(TextFamilies& families) {
    families.push_back({
        .name = "omnigen2",
        .matches = [](std::string_view,
                      const std::vector<std::string>& kinds) { return kinds == std::vector<std::string>{"qwen25_3b"}; },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            auto parts = qwen_parts(
                "qwen25_3b", "<|im_start|>system\nYou are a helpful assistant that generates high-quality images "
                             "based on user instructions.<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n");
            parts.reading.reads_weights = true;
            parts.reading.reads_embeddings = false;
            return std::make_shared<LanguageText>(w / "qwen25_3b", std::move(parts), settings);
        },
    });
}

}  // namespace easel::inference
