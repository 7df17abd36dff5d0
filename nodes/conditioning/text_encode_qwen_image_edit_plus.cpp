#include "nodes/conditioning/seen_images.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// The pictures stand in the prompt itself.
constexpr std::string_view editing =
    "<|im_start|>system\nDescribe the key features of the input image (color, shape, size, texture, objects, "
    "background), "
    "then explain how the user's text instruction should alter or modify the image. Generate a new image that meets "
    "the "
    "user's requirements while maintaining consistency with the original input where appropriate.<|im_end|>\n"
    "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n";

struct TextEncodeQwenImageEditPlus {
    Clip clip;
    std::string prompt;
    std::optional<Vae> vae;
    std::optional<Image> image1;
    std::optional<Image> image2;
    std::optional<Image> image3;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_qwen";
        s.category = "model/conditioning/qwen image";
        s.in("clip", &TextEncodeQwenImageEditPlus::clip);
        s.in("prompt", &TextEncodeQwenImageEditPlus::prompt).no_default().multiline().dynamic_prompts();
        s.in("vae", &TextEncodeQwenImageEditPlus::vae);
        s.in("image1", &TextEncodeQwenImageEditPlus::image1);
        s.in("image2", &TextEncodeQwenImageEditPlus::image2);
        s.in("image3", &TextEncodeQwenImageEditPlus::image3);
    }

    Conditioning execute() const {
        inference::TextRequest request{.chat_template = std::string(editing)};
        std::vector<Tensor> references;
        int number = 0;
        for (const auto& image : {image1, image2, image3}) {
            ++number;
            if (!image) continue;
            request.images.push_back(scaled_to_area(image->pixels, 384 * 384));
            if (vae) references.push_back(vae->encode(scaled_to_area(image->pixels, 1024 * 1024, 8).slice(-1, 0, 3)));
            request.prompt += "Picture " + std::to_string(number) + ": <|vision_start|><|image_pad|><|vision_end|>";
        }
        request.prompt += prompt;
        Conditioning encoded = clip.encode(request);
        for (auto& condition : encoded)
            condition.reference_latents.insert(condition.reference_latents.end(), references.begin(), references.end());
        return encoded;
    }
};

}  // namespace

void register_text_encode_qwen_image_edit_plus(Registry& registry) {
    registry.add<TextEncodeQwenImageEditPlus>("TextEncodeQwenImageEditPlus");
}

}  // namespace easel::nodes
