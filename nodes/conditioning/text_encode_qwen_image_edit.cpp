#include "nodes/conditioning/seen_images.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TextEncodeQwenImageEdit {
    Clip clip;
    std::string prompt;
    std::optional<Vae> vae;
    std::optional<Image> image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_qwen";
        s.category = "model/conditioning/qwen image";
        s.in("clip", &TextEncodeQwenImageEdit::clip);
        s.in("prompt", &TextEncodeQwenImageEdit::prompt).no_default().multiline().dynamic_prompts();
        s.in("vae", &TextEncodeQwenImageEdit::vae);
        s.in("image", &TextEncodeQwenImageEdit::image);
    }

    Conditioning execute() const {
        inference::TextRequest request{.prompt = prompt};
        std::optional<Tensor> reference;
        if (image) {
            const Tensor scaled = scaled_to_area(image->pixels, 1024 * 1024).slice(-1, 0, 3);
            request.images.push_back(scaled);
            if (vae) reference = vae->encode(scaled);
        }
        Conditioning encoded = clip.encode(request);
        for (auto& condition : encoded)
            if (reference) condition.reference_latents.push_back(*reference);
        return encoded;
    }
};

}  // namespace

void register_text_encode_qwen_image_edit(Registry& registry) {
    registry.add<TextEncodeQwenImageEdit>("TextEncodeQwenImageEdit");
}

}  // namespace easel::nodes
