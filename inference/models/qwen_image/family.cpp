// Qwen-Image, Qwen-Image-Edit (also 2509 and 2511) and Qwen-Image-Layered: flows over Wan's latents, prompted through
// Qwen2.5-VL.
#include "inference/models/family.hpp"

#include "inference/models/qwen_image/qwen_image.hpp"

namespace easel::inference {

void register_qwen_image(Families& families) {
    families.push_back({
        .name = "qwen_image",
        // Tokens are 2 x 2 cells of 16 channels.
        .matches =
            [](const Weights& w) {
                return w.contains("txt_norm.weight") && w.has_part("transformer_blocks") &&
                       w.contains("img_in.weight") && w["img_in.weight"].size(1) == 64;
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<qwen_image::QwenImage>(w);
        },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flux_levels(1.15)}; },
        .latent_format = [](const Weights&) { return wan21_latent_format(); },
        .text = {.family = "qwen_image",
                 .parts = {{.kind = "qwen25_7b", .prefixes = {"text_encoders.qwen25_7b.transformer."}}}},
    });
}

}  // namespace easel::inference
