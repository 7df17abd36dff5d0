// NewBie: the last layer but one of Gemma 3 4B, and the pooled prompt of Jina CLIP v2. (NewBieTEModel)
#include "inference/text/families/gemma.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/xlm_roberta.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

class NewBieText final : public LanguageText {
public:
    NewBieText(const Weights& w, const TextSettings& settings)
        : LanguageText(w / "gemma3_4b", gemma3_parts(w / "gemma3_4b"), settings), jina_(jina(w / "jina_clip_2")) {}

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        Condition condition = LanguageText::encode(request, stop_layer);
        condition.pooled = jina_.encode(request, "jina").pooled;
        return condition;
    }

private:
    static XlmRoberta jina(const Weights& w) {
        const GemmaTokenizer tokenizer = gemma_tokenizer(w, {});
        return {w, tokenizer.pieces->start(), tokenizer};
    }

    XlmRoberta jina_;
};

}  // namespace

void register_text_newbie(TextFamilies& families) {
    families.push_back({
        .name = "newbie",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                const auto has = [&](const char* kind) { return std::ranges::find(kinds, kind) != kinds.end(); };
                return type == "newbie" && kinds.size() == 2 && has("gemma3_4b") && has("jina_clip_2");
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<NewBieText>(w, settings);
        },
    });
}

}  // namespace easel::inference
