// JoyImage: the last layer of Qwen3-VL-8B, not normed, without the first 34 tokens, which are the system's.
// (JoyImageTEModel)
#include "base/error.hpp"
#include "inference/text/families/qwen3_vl.hpp"
#include "inference/text/text_family.hpp"

#include <string>

namespace easel::inference {
namespace {

// The backslash and the n are as in training.
constexpr std::string_view describing =
    "<|im_start|>system\n \\nDescribe the image by detailing the color, shape, size, texture, quantity, text, spatial "
    "relationships of the objects and background:<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n";
constexpr std::string_view editing =
    "<|im_start|>system\n \\nDescribe the image by detailing the color, shape, size, texture, quantity, text, spatial "
    "relationships of the objects and background:<|im_end|>\n<|im_start|>user\n"
    "<|vision_start|><|image_pad|><|vision_end|>{}<|im_end|>\n<|im_start|>assistant\n";
constexpr int64_t head = 34;  // tokens

class JoyImageText final : public LanguageText {
public:
    using LanguageText::LanguageText;

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        Condition condition = LanguageText::encode(request, stop_layer);
        const int64_t length = condition.cross.size(1);
        if (length <= head)
            throw UserError("the prompt has " + std::to_string(length) + " tokens with its template, JoyImage needs "
                            "more than " + std::to_string(head) + ": leave the template to the encoder");
        condition.cross = condition.cross.slice(1, head);
        if (condition.attention_mask) condition.attention_mask = condition.attention_mask->slice(1, head);
        return condition;
    }
};

}  // namespace

void register_text_joyimage(TextFamilies& families) {
    families.push_back({
        .name = "joyimage",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "joyimage" && kinds == std::vector<std::string>{"qwen3vl_8b"};
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            const Weights part = w / "qwen3vl_8b";
            auto parts = qwen3_vl_parts(
                part, "qwen3vl_8b", {.limits = {.least_pixels = 65536, .most_pixels = 16777216}, .bicubic = true});
            parts.chat.usual = describing;
            parts.chat.with_pictures = editing;
            parts.chat.without_thinking = {};
            parts.reading.wanted.layer = -1;
            return std::make_shared<JoyImageText>(part, std::move(parts), settings);
        },
    });
}

}  // namespace easel::inference
