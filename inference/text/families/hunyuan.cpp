// HunyuanImage 2.1 and HunyuanVideo 1.5: the third layer from the end of Qwen2.5-VL-7B, without the system's words, and
// ByT5 for what the prompt puts in quotation marks, which is to be drawn. (HunyuanImageTEModel)
// HunyuanVideo 1.0 is known, but its Llama brings no vocabulary.
#include "base/error.hpp"
#include "inference/text/families/qwen_vl.hpp"
#include "inference/text/t5.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/tokenizers/byte_tokens.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace easel::inference {
namespace {

constexpr std::string_view hunyuan_picture_chat =
    "<|im_start|>system\nDescribe the image by detailing the color, shape, size, texture, quantity, text, spatial "
    "relationships of the objects and background:<|im_end|>\n<|im_start|>user\n{}<|im_end|>";
constexpr std::string_view hunyuan_video_chat =
    "<|im_start|>system\nYou are a helpful assistant. Describe the video by detailing the following aspects:\n"
    "1. The main content and theme of the video.\n"
    "2. The color, shape, size, texture, quantity, text, and spatial relationships of the objects.\n"
    "3. Actions, events, behaviors temporal relationships, physical movement changes of the objects.\n"
    "4. background environment, light, style and atmosphere.\n"
    "5. camera angles, movements, and transitions used in the video.<|im_end|>\n"
    "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n";

LanguageTextParts hunyuan_parts(std::string_view chat) {
    auto parts = qwen_vl_parts(chat);
    parts.reading.wanted.layer = -3;
    return parts;
}

// What stands between quotation marks on one line, of each kind of marks in turn.
std::vector<std::string_view> quotations(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> marks{
        {{"\"", "\""}, {"\xE2\x80\x98", "\xE2\x80\x99"}, {"\xE2\x80\x9C", "\xE2\x80\x9D"}}};
    std::vector<std::string_view> found;
    for (const auto& [opening, closing] : marks) {
        std::size_t at = text.find(opening);
        while (at != std::string_view::npos) {
            const std::size_t begin = at + opening.size(), end = text.find(closing, begin);
            if (end == std::string_view::npos) break;
            const std::string_view quoted = text.substr(begin, end - begin);
            const bool ends_on_its_line = quoted.find('\n') == std::string_view::npos;
            if (ends_on_its_line) found.push_back(quoted);
            at = text.find(opening, ends_on_its_line ? end + closing.size() : begin);
        }
    }
    return found;
}

class HunyuanText final : public LanguageText {
public:
    HunyuanText(const Weights& w, std::string_view chat, bool fills_empty, const TextSettings& settings)
        : LanguageText(w / "qwen25_7b", hunyuan_parts(chat), settings), fills_empty_(fills_empty) {
        constexpr T5Reading reading{.name = "byt5_small",
                                    .min_length = 1,
                                    .masks_padding = true,
                                    .zeroes_padding = true,
                                    .reads_embeddings = false};
        if (w.has_part("byt5_small")) glyphs_.emplace(w / "byt5_small", reading, byte_tokens, settings);
    }

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        const std::string& text = request.prompt_for("qwen25_7b");
        TextRequest filled = request;
        if (fills_empty_ && text.empty()) filled.by_encoder["qwen25_7b"] = " ";
        const Prompt prompt = read(filled);
        Condition condition = LanguageText::encode(prompt, stop_layer);
        const PromptChunk& chunk = prompt.chunks.front();
        const int64_t length = condition.cross.size(1);
        keep_tokens(condition, has_foreign_head(chunk) ? foreign_head : qwen_head_length(chunk, length), length);

        std::string glyphs;
        for (const std::string_view quoted : quotations(text))
            glyphs.append("Text \"").append(quoted).append("\". ");
        if (glyphs_ && !glyphs.empty()) {
            filled.by_encoder["byt5_small"] = glyphs;
            condition.extra["byt5_states"] = glyphs_->encode(glyphs_->tokenize(filled), stop_layer).cross;
        }
        return condition;
    }

private:
    // Prompts that bring the head of another model's chat, which Qwen reads as plain text of this length.
    static constexpr int64_t foreign_head = 36;
    static bool has_foreign_head(const PromptChunk& chunk) {
        constexpr int token_less_than = 27;
        return std::ssize(chunk) > foreign_head && !chunk.front().vector.defined() &&
               chunk.front().id == token_less_than;
    }

    bool fills_empty_;
    std::optional<T5Encoder> glyphs_;
};

bool is_qwen_and_byt5(const std::vector<std::string>& kinds) {
    return kinds.size() == 2 && std::ranges::count(kinds, "qwen25_7b") == 1 &&
           std::ranges::count(kinds, "byt5_small") == 1;
}

void round_byt5(std::vector<EncoderFile>& encoders) { round_beside_qwen(encoders, "byt5_small"); }

std::shared_ptr<const TextModel> build_for_pictures(const Weights& w, const TextSettings& settings) {
    return std::make_shared<HunyuanText>(w, hunyuan_picture_chat, false, settings);
}

std::shared_ptr<const TextModel> build_for_videos(const Weights& w, const TextSettings& settings) {
    return std::make_shared<HunyuanText>(w, hunyuan_video_chat, true, settings);
}

// Stands for HunyuanVideo 1.0's Llama 3 until a prompt is to be read.
class UnreadableText final : public TextModel {
public:
    Condition encode(const TextRequest&, std::optional<int>) const override {
        throw UserError("HunyuanVideo 1.0's text encoder is a Llama 3, whose vocabulary is neither in its file nor in "
                        "this program: use HunyuanVideo 1.5");
    }
    LoraKeys lora_keys() const override { return {}; }
};

std::shared_ptr<const TextModel> build_unreadable(const Weights&, const TextSettings&) {
    return std::make_shared<UnreadableText>();
}

}  // namespace

void register_text_hunyuan(TextFamilies& families) {
    families.push_back({
        .name = "hunyuan_image",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                const bool alone = kinds == std::vector<std::string>{"qwen25_7b"};
                return type == "hunyuan_image" && (alone || is_qwen_and_byt5(kinds));
            },
        .build = build_for_pictures,
        .adapt = round_byt5,
    });
    families.push_back({
        .name = "hunyuan_video_15",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "hunyuan_video_15" && is_qwen_and_byt5(kinds);
            },
        .build = build_for_videos,
        .adapt = round_byt5,
    });
    families.push_back({
        .name = "hunyuan_video",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "hunyuan_video" && std::ranges::count(kinds, "llama") == 1;
            },
        .build = build_unreadable,
    });
}

}  // namespace easel::inference
