// Qwen-Image: Qwen2.5-VL-7B, which also sees the pictures that are to be edited. What stands before the user's words is
// cut off. (QwenImageTEModel)
#include "inference/text/families/qwen_vl.hpp"
#include "inference/text/text_family.hpp"

namespace easel::inference {
namespace {

constexpr std::string_view describing =
    "<|im_start|>system\nDescribe the image by detailing the color, shape, size, texture, quantity, text, spatial "
    "relationships of the objects and background:<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n";
constexpr std::string_view editing =
    "<|im_start|>system\nDescribe the key features of the input image (color, shape, size, texture, objects, "
    "background), "
    "then explain how the user's text instruction should alter or modify the image. Generate a new image that meets "
    "the "
    "user's requirements while maintaining consistency with the original input where appropriate.<|im_end|>\n"
    "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>{}<|im_end|>\n<|im_start|>assistant\n";

LanguageTextParts qwen_image_parts() {
    auto parts = qwen_vl_parts(describing);
    parts.chat.with_pictures = editing;
    return parts;
}

class QwenImageText final : public LanguageText {
public:
    QwenImageText(const Weights& w, const TextSettings& settings) : LanguageText(w, qwen_image_parts(), settings) {}

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        const Prompt prompt = read(request);
        Condition condition = LanguageText::encode(prompt, stop_layer);
        const int64_t head = qwen_head_length(prompt.chunks.front(), condition.cross.size(1));
        keep_tokens(condition, head, condition.cross.size(1));
        return condition;
    }
};

}  // namespace

void register_text_qwen_image(TextFamilies& families) {
    families.push_back({
        .name = "qwen_image",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return kinds == std::vector<std::string>{"qwen25_7b"} && type != "hunyuan_image" &&
                       type != "longcat_image";
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<QwenImageText>(w / "qwen25_7b", settings);
        },
    });
}

}  // namespace easel::inference
