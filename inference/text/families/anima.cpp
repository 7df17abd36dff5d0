// Anima: Qwen3-0.6B, and beside its states the prompt's T5 tokens with their weights, which the network reads itself.
// (AnimaTEModel)
#include "inference/text/families/qwen3.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/tokenizers/t5_tokenizer.hpp"

namespace easel::inference {
namespace {

LanguageTextParts anima_parts() {
    auto parts = qwen_parts("qwen3_06b", "{}");
    parts.reading.reads_weights = true;
    return parts;
}

class AnimaText final : public LanguageText {
public:
    AnimaText(const Weights& w, const TextSettings& settings) : LanguageText(w, anima_parts(), settings) {
        t5_format_.start.reset();
        t5_format_.end = 1;
        t5_format_.pad = 0;
        t5_format_.length = endless;
        t5_format_.fills = false;
        t5_format_.tokenize = t5_tokens;
    }

    // `extra` has `t5xxl_ids` and `t5xxl_weights`, both [1, tokens].
    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        Prompt prompt = read(request);
        for (PromptToken& token : prompt.chunks.front())
            token.weight = 1.0;  // they count for the T5 tokens only
        Condition condition = LanguageText::encode(prompt, stop_layer);
        std::vector<int64_t> ids;
        std::vector<float> weights;
        for (const PromptToken& token : t5_chunk(request)) {
            ids.push_back(token.id);
            weights.push_back(static_cast<float>(token.weight));
        }
        condition.extra["t5xxl_ids"] = at::tensor(ids, at::kLong).unsqueeze(0);
        condition.extra["t5xxl_weights"] = at::tensor(weights).unsqueeze(0);
        return condition;
    }

private:
    PromptChunk t5_chunk(const TextRequest& request) const {
        PromptFormat format = t5_format_;
        format.min_length = static_cast<std::size_t>(request.setting("t5xxl_min_length", 1));
        format.min_padding = static_cast<std::size_t>(request.setting("t5xxl_min_padding", 0));
        return tokenize_prompt(request.prompt_for("t5xxl"), format).front();
    }

    PromptFormat t5_format_;
};

}  // namespace

void register_text_anima(TextFamilies& families) {
    families.push_back({
        .name = "anima",
        .matches = [](std::string_view,
                      const std::vector<std::string>& kinds) { return kinds == std::vector<std::string>{"qwen3_06b"}; },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<AnimaText>(w / "qwen3_06b", settings);
        },
    });
}

}  // namespace easel::inference
