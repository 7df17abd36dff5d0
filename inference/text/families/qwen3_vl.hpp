// What the families that read Qwen3-VL have in common.
#pragma once

#include "inference/text/families/qwen3.hpp"
#include "inference/text/families/qwen_vl.hpp"
#include "inference/text/vision/qwen3_vision.hpp"

namespace easel::inference {

inline constexpr std::string_view picture_place = "<|vision_start|><|image_pad|><|vision_end|>";

// Qwen3-VL that reads the chat and sees pictures. `name` is "qwen3vl_4b" or "qwen3vl_8b". The towers of both have 16
// heads. (Qwen3VLTokenizer, Qwen3VL)
inline LanguageTextParts qwen3_vl_parts(const Weights& w, std::string_view name, Qwen3Resizing resizing = {}) {
    constexpr int64_t heads = 16;
    auto parts = qwen_parts(name, qwen_chat);
    parts.config.rope_base = 5e6;
    parts.config.rope_sections = {24, 20, 20};
    parts.config.sections_interleave = true;
    parts.config.has_final_norm = w.contains("model.norm.weight");
    parts.chat.with_pictures =
        "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>{}<|im_end|>\n<|im_start|>assistant\n";
    parts.chat.picture_place = picture_place;
    parts.chat.without_thinking = "<think>\n\n</think>\n\n";
    parts.chat.may_be_bare = true;
    parts.chat.complete_beginnings = {"<|im_start|>"};
    parts.chat.picture_token = QwenBpe::image_pad;
    parts.eyes = [resizing](const Weights& visual) {
        const int64_t head_size = visual["patch_embed.proj.weight"].size(0) / heads;
        return std::make_shared<Qwen3Vision>(visual, head_size, resizing, PositionsType::stored);
    };
    return parts;
}

// A Qwen3-VL of which the network reads only what follows the system's words.
class Qwen3VlUsersWords : public LanguageText {
public:
    using LanguageText::LanguageText;

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        const Prompt prompt = read(request);
        Condition condition = LanguageText::encode(prompt, stop_layer);
        const int64_t length = condition.cross.size(1);
        keep_tokens(condition, qwen_head_length(prompt.chunks.front(), length), length);
        return condition;
    }
};

inline constexpr std::string_view qwen_describing =
    "<|im_start|>system\nDescribe the image by detailing the color, shape, size, texture, quantity, text, spatial "
    "relationships of the objects and background:<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n";
inline constexpr std::string_view qwen_editing_system =
    "<|im_start|>system\nDescribe the key features of the input image (color, shape, size, texture, objects, "
    "background), then explain how the user's text instruction should alter or modify the image. Generate a new image "
    "that meets the user's requirements while maintaining consistency with the original input where appropriate."
    "<|im_end|>\n";

}  // namespace easel::inference
