// LongCat-Image: Qwen2.5-VL-7B, which spells out what stands in quotation marks. Only the states of the user's words
// are kept, padded to 512. (LongCatImageTEModel)
#include "inference/text/families/qwen_vl.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/tokenizers/unicode.hpp"

#include <algorithm>
#include <array>

namespace easel::inference {
namespace {

constexpr std::string_view captioning =
    "<|im_start|>system\nAs an image captioning expert, generate a descriptive text prompt based on an image content, "
    "suitable for input to a text-to-image model.<|im_end|>\n<|im_start|>user\n";
constexpr std::string_view editing = "<|im_start|>system\nAs an image editing expert, first analyze the content and "
                                     "attributes of the input image(s). Then, "
                                     "based on the user's editing instructions, clearly and precisely determine how to "
                                     "modify the given image(s), ensuring "
                                     "that only the specified parts are altered and all other aspects remain "
                                     "consistent with the original(s).<|im_end|>\n"
                                     "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>";
constexpr std::string_view answering = "<|im_end|>\n<|im_start|>assistant\n";

constexpr std::size_t longest = 512;  // tokens of the user's words
constexpr std::array<std::pair<char32_t, char32_t>, 4> marks{
    {{U'\'', U'\''}, {U'"', U'"'}, {U'\u2018', U'\u2019'}, {U'\u201C', U'\u201D'}}};

bool is_latin(char32_t code) { return (code >= U'a' && code <= U'z') || (code >= U'A' && code <= U'Z'); }

// Which apostrophes stand inside of words, where they quote nothing.
std::vector<bool> apostrophes_in_words(const std::u32string& text) {
    std::vector<bool> inside(text.size());
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] != U'\'' || !is_latin(text[i - 1]) || !is_latin(text[i + 1])) continue;
        inside[i] = true;
        while (i + 1 < text.size() && is_latin(text[i + 1]))
            ++i;
    }
    return inside;
}

// Where the quotation ends that begins at `at`, or `at` when none does.
std::size_t quotation_end(const std::u32string& text, const std::vector<bool>& inside, std::size_t at) {
    const auto mark = std::ranges::find(marks, text[at], &std::pair<char32_t, char32_t>::first);
    if (mark == marks.end() || inside[at]) return at;
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (inside[i]) continue;
        if (text[i] == mark->second) return i + 1;
        if (text[i] == mark->first) return at;
    }
    return at;
}

PromptChunk tokens_of(std::string_view text) {
    PromptChunk tokens;
    for (const int id : qwen_tokens(text))
        tokens.push_back({.id = id, .vector = {}});
    return tokens;
}

void append(PromptChunk& tokens, const PromptChunk& more) { tokens.insert(tokens.end(), more.begin(), more.end()); }

PromptChunk spelled(std::string_view prompt) {
    const std::u32string text = decode_utf8(prompt);
    const auto inside = apostrophes_in_words(text);
    PromptChunk tokens;
    std::string plain;
    const auto finish = [&] {
        append(tokens, tokens_of(plain));
        plain.clear();
    };
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = quotation_end(text, inside, at);
        if (end == at) {
            append_utf8(plain, text[at++]);
            continue;
        }
        finish();
        for (; at < end; ++at) {
            append_utf8(plain, text[at]);
            finish();
        }
    }
    finish();
    tokens.resize(longest, {.id = QwenBpe::end_of_text, .vector = {}});
    return tokens;
}

class LongCatText final : public LanguageText {
public:
    LongCatText(const Weights& w, const TextSettings& settings) : LanguageText(w, qwen_vl_parts("{}"), settings) {}

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        const Prompt prompt = read(request);
        const PromptChunk& tokens = prompt.chunks.front();
        Condition condition = LanguageText::encode(prompt, stop_layer);
        const int64_t length = condition.cross.size(1);
        const int64_t head = qwen_head_length(tokens, length);
        const auto is_end = [](const PromptToken& token) {
            return !token.vector.defined() && token.id == QwenBpe::im_end;
        };
        const auto last_end = std::find_if(tokens.rbegin(), tokens.rend(), is_end);
        int64_t tail = last_end == tokens.rend() ? 0 : last_end - tokens.rbegin() + 1;
        if (length - head <= tail) tail = 0;
        keep_tokens(condition, head, length - tail);
        return condition;
    }

protected:
    Prompt read(const TextRequest& request) const override {
        const std::string& prompt = request.prompt_for("qwen25_7b");
        if (prompt.starts_with("<|im_start|>") || prompt.starts_with("<|start_header_id|>"))
            return with_pictures(spelled(prompt), {});
        PromptChunk tokens = tokens_of(request.images.empty() ? captioning : editing);
        append(tokens, spelled(prompt.empty() ? " " : prompt));
        append(tokens, tokens_of(answering));
        return with_pictures(std::move(tokens), request.images);
    }
};

}  // namespace

void register_text_longcat_image(TextFamilies& families) {
    families.push_back({
        .name = "longcat_image",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return kinds == std::vector<std::string>{"qwen25_7b"} && type == "longcat_image";
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<LongCatText>(w / "qwen25_7b", settings);
        },
    });
}

}  // namespace easel::inference
