#include "inference/models/lumina/next_dit.hpp"
#include "nodes/conditioning/seen_images.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

constexpr std::int64_t patch_of_sight = 16;  // pixels to a side that SigLIP 2 makes one feature of

// What SigLIP saw in pictures, [batch, rows, columns, dim].
Tensor grid_of(const inference::ClipVisionOutput& seen) {
    const auto& size = seen.image_sizes.front();
    return seen.last_hidden_state.unflatten(1, {size[1] / patch_of_sight, size[2] / patch_of_sight});
}

struct TextEncodeZImageOmni {
    Clip clip;
    std::string prompt;
    bool auto_resize_images = true;
    std::optional<inference::ClipVision> image_encoder;
    std::optional<Vae> vae;
    std::optional<Image> image1;
    std::optional<Image> image2;
    std::optional<Image> image3;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_zimage";
        s.category = "model/conditioning/z-image";
        s.experimental = true;
        s.in("clip", &TextEncodeZImageOmni::clip);
        s.in("prompt", &TextEncodeZImageOmni::prompt).no_default().multiline().dynamic_prompts();
        s.in("auto_resize_images", &TextEncodeZImageOmni::auto_resize_images).advanced();
        s.in("image_encoder", &TextEncodeZImageOmni::image_encoder);
        s.in("vae", &TextEncodeZImageOmni::vae);
        s.in("image1", &TextEncodeZImageOmni::image1);
        s.in("image2", &TextEncodeZImageOmni::image2);
        s.in("image3", &TextEncodeZImageOmni::image3);
    }

    Conditioning execute() const {
        std::vector<Tensor> pictures;
        for (const auto* image : {&image1, &image2, &image3})
            if (*image) pictures.push_back((*image)->pixels);
        inference::TextRequest request{.prompt = prompt};
        if (!pictures.empty())
            request.chat_template = "<|vision_end|>{}<|im_end|>\n<|im_start|>assistant\n<|vision_start|>";

        std::vector<Tensor> latents;
        std::map<std::string, Tensor, std::less<>> extra;
        const auto add = [&](std::string_view name, std::size_t i, const Tensor& tensor) {
            extra[std::string(name) + std::to_string(i)] = tensor;
        };
        for (std::size_t i = 0; i < pictures.size(); ++i) {
            const Tensor& picture = pictures[i];
            if (image_encoder)
                add(inference::lumina::reference_seen_name, i,
                    grid_of(image_encoder->encode(picture, inference::ClipVision::Fit::cut)));
            if (vae)
                latents.push_back(vae->encode(auto_resize_images ? scaled_to_area(picture, 1024 * 1024, 8) : picture));
        }
        const std::vector<std::string> around = words_around(pictures.size());
        for (std::size_t i = 0; i < around.size(); ++i)
            add(inference::lumina::reference_text_name, i,
                clip.encode(inference::TextRequest{.prompt = around[i], .chat_template = "{}"}).front().cross);

        Conditioning conditions = clip.encode(request);
        for (inference::Condition& condition : conditions) {
            condition.reference_latents.insert(condition.reference_latents.end(), latents.begin(), latents.end());
            for (const auto& [name, tensor] : extra)
                condition.extra[name] = tensor;
        }
        return conditions;
    }

private:
    // What the conversation says before, between and behind `count` pictures.
    static std::vector<std::string> words_around(std::size_t count) {
        if (count == 0) return {};
        std::vector<std::string> words{"<|im_start|>user\n<|vision_start|>"};
        words.insert(words.end(), count - 1, "<|vision_end|><|vision_start|>");
        words.emplace_back("<|vision_end|><|im_end|>");
        return words;
    }
};

}  // namespace

void register_text_encode_z_image_omni(Registry& registry) {
    registry.add<TextEncodeZImageOmni>("TextEncodeZImageOmni");
}

}  // namespace easel::nodes
