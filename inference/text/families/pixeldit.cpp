// PixelDiT: the last layer of Gemma 2 2B. Before the prompt stands what it is to be taken for; of all that the first
// token and the last 299 are kept. (PixelDiTGemma2TE)
#include "inference/text/families/gemma.hpp"
#include "inference/text/text_family.hpp"

#include <string>

namespace easel::inference {
namespace {

constexpr std::size_t kept = 300;  // tokens
constexpr std::string_view beginning = "Given a user prompt, generate an \"Enhanced prompt\"";
constexpr std::string_view enhancing =
    "Given a user prompt, generate an \"Enhanced prompt\" that provides detailed visual descriptions suitable for "
    "image "
    "generation. Evaluate the level of detail in the user prompt:\n"
    "- If the prompt is simple, focus on adding specifics about colors, shapes, sizes, textures, and spatial "
    "relationships to create vivid and concrete scenes.\n"
    "- If the prompt is already detailed, refine and enhance the existing details slightly without overcomplicating.\n"
    "Here are examples of how to transform or refine prompts:\n"
    "- User Prompt: A cat sleeping -> Enhanced: A small, fluffy white cat curled up in a round shape, sleeping "
    "peacefully on a warm sunny windowsill, surrounded by pots of blooming red flowers.\n"
    "- User Prompt: A busy city street -> Enhanced: A bustling city street scene at dusk, featuring glowing street "
    "lamps, a diverse crowd of people in colorful clothing, and a double-decker bus passing by towering glass "
    "skyscrapers.\n"
    "Please generate only the enhanced description for the prompt below and avoid including any additional commentary "
    "or "
    "evaluations:\nUser Prompt: ";

LanguageTextParts pixeldit_parts(const GemmaTokenizer& tokenizer) {
    auto parts = gemma_parts("gemma2_2b", tokenizer);
    parts.reading.reads_weights = false;
    parts.reading.wanted.layer.reset();
    return parts;
}

class PixelDitText final : public LanguageText {
public:
    PixelDitText(const Weights& w, const GemmaTokenizer& tokenizer, const TextSettings& settings)
        : LanguageText(w, pixeldit_parts(tokenizer), settings), head_(tokenizer(enhancing).size() + 1) {}

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        Condition condition = LanguageText::encode(read(request), stop_layer);
        const auto most = static_cast<int64_t>(kept);
        const auto cut = [&](const Tensor& tokens) {
            if (tokens.size(1) <= most) return tokens;
            return at::cat({tokens.narrow(1, 0, 1), tokens.slice(1, tokens.size(1) - most + 1)}, 1);
        };
        condition.cross = cut(condition.cross);
        if (condition.attention_mask) condition.attention_mask = cut(*condition.attention_mask);
        return condition;
    }

protected:
    Prompt read(const TextRequest& request) const override {
        TextRequest whole = request;
        const std::string& words = request.prompt_for("gemma2_2b");
        const bool says_something = words.find_first_not_of(" \t\n\r\f\v") != std::string::npos;
        const std::size_t length = says_something ? head_ + kept - 2 : kept;
        whole.by_encoder.clear();
        whole.prompt = !says_something ? "" : words.starts_with(beginning) ? words : std::string(enhancing) + words;
        whole.settings["min_length"] = static_cast<double>(length);
        Prompt prompt = LanguageText::read(whole);
        if (says_something && prompt.chunks.front().size() > length) prompt.chunks.front().resize(length);
        return prompt;
    }

private:
    std::size_t head_;  // tokens that stand before a prompt, the start among them
};

}  // namespace

void register_text_pixeldit(TextFamilies& families) {
    families.push_back({
        .name = "pixeldit",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "pixeldit" && kinds == std::vector<std::string>{"gemma2_2b"};
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            const Weights part = w / "gemma2_2b";
            return std::make_shared<PixelDitText>(part, gemma_tokenizer(part, {{"<end_of_turn>", 107}}), settings);
        },
    });
}

}  // namespace easel::inference
