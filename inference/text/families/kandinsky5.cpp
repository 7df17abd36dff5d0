// Kandinsky 5: the last layer of Qwen2.5-VL-7B, not normed and without the system's words, and CLIP-L's pooled output.
// (Kandinsky5TEModel)
#include "inference/text/clip.hpp"
#include "inference/text/families/qwen_vl.hpp"
#include "inference/text/text_family.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

constexpr std::string_view of_video =
    "<|im_start|>system\nYou are a prompt engineer. Describe the video in detail.\nDescribe how the camera moves or "
    "shakes, describe the zoom and view angle, whether it follows the objects.\nDescribe the location of the video, "
    "main characters or objects and their action.\nDescribe the dynamism of the video and presented actions.\nName the "
    "visual style of the video: whether it is a professional footage, user generated content, some kind of animation, "
    "video game or screen content.\nDescribe the visual effects, postprocessing and transitions if they are presented "
    "in the video.\nPay attention to the order of key actions shown in the scene.<|im_end|>\n"
    "<|im_start|>user\n{}<|im_end|>";
// The slip of the pen is the training's.
constexpr std::string_view of_picture =
    "<|im_start|>system\nYou are a promt engineer. Describe the image by detailing the color, shape, size, texture, "
    "quantity, text, spatial relationships of the objects and background:<|im_end|>\n<|im_start|>user\n{}<|im_end|>";

LanguageTextParts kandinsky_parts(std::string_view chat) {
    auto parts = qwen_vl_parts(chat);
    parts.reading.wanted.layer = -1;
    return parts;
}

class Kandinsky5Text final : public LanguageText {
public:
    Kandinsky5Text(const Weights& w, std::string_view chat, const TextSettings& settings)
        : LanguageText(w / "qwen25_7b", kandinsky_parts(chat), settings),
          clip_(w / "clip_l", {.name = "clip_l", .project_pooled = false}, settings) {}

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        const Prompt prompt = read(request);
        Condition condition = LanguageText::encode(prompt, stop_layer);
        const int64_t length = condition.cross.size(1);
        keep_tokens(condition, qwen_head_length(prompt.chunks.front(), length), length);
        condition.pooled = clip_.encode(request.prompt_for("clip_l"), stop_layer).pooled;
        return condition;
    }

private:
    ClipEncoder clip_;
};

void round_clip(std::vector<EncoderFile>& encoders) { round_beside_qwen(encoders, "clip_l"); }

bool is_pair(const std::vector<std::string>& kinds) {
    return kinds.size() == 2 && std::ranges::count(kinds, "clip_l") == 1 && std::ranges::count(kinds, "qwen25_7b") == 1;
}

}  // namespace

void register_text_kandinsky5(TextFamilies& families) {
    families.push_back({
        .name = "kandinsky5",
        .matches = [](std::string_view type,
                      const std::vector<std::string>& kinds) { return type == "kandinsky5" && is_pair(kinds); },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<Kandinsky5Text>(w, of_video, settings);
        },
        .adapt = round_clip,
    });
    families.push_back({
        .name = "kandinsky5_image",
        .matches = [](std::string_view type,
                      const std::vector<std::string>& kinds) { return type == "kandinsky5_image" && is_pair(kinds); },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<Kandinsky5Text>(w, of_picture, settings);
        },
        .adapt = round_clip,
    });
}

}  // namespace easel::inference
