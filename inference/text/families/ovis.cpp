// Ovis-Image: Qwen3-2B. What stands before the user's words is cut off. (OvisTEModel)
#include "inference/text/families/qwen3.hpp"
#include "inference/text/text_family.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

constexpr std::string_view describing =
    "<|im_start|>user\nDescribe the image by detailing the color, quantity, text, shape, size, texture, spatial "
    "relationships of the objects and background: {}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n";

constexpr int token_background = 4004, token_colon = 25;

LanguageTextParts ovis_parts() {
    auto parts = qwen_parts("qwen3_2b", describing);
    parts.reading.min_length = 284;
    parts.reading.reads_embeddings = false;
    parts.reading.zeroes_padding = true;
    parts.returns_mask = false;
    return parts;
}

// Where the words begin that the template ends with, the colon before them included.
int64_t length_of_head(const PromptChunk& tokens) {
    const auto is = [](int id) { return [id](const PromptToken& token) { return token.id == id; }; };
    const auto last = std::ranges::find_if(tokens, is(token_background));
    if (last == tokens.end()) return std::ssize(tokens) - 1;
    const auto next = last + 1;
    return (next != tokens.end() && next->id == token_colon ? next : last) - tokens.begin();
}

class OvisText final : public LanguageText {
public:
    OvisText(const Weights& w, const TextSettings& settings) : LanguageText(w, ovis_parts(), settings) {}

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        const Prompt prompt = read(request);
        Condition condition = LanguageText::encode(prompt, stop_layer);
        condition.cross = condition.cross.slice(1, length_of_head(prompt.chunks.front()));
        return condition;
    }
};

}  // namespace

void register_text_ovis(TextFamilies& families) {
    families.push_back({
        .name = "ovis",
        .matches = [](std::string_view,
                      const std::vector<std::string>& kinds) { return kinds == std::vector<std::string>{"qwen3_2b"}; },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<OvisText>(w / "qwen3_2b", settings);
        },
    });
}

}  // namespace easel::inference
