// JoyAI-Image-Edit: a flow over Wan's latents, prompted through Qwen3-VL-8B.
#include "inference/models/family.hpp"

#include "inference/models/joyimage/joyimage.hpp"

namespace easel::inference {

void register_joyimage(Families& families) {
    families.push_back({
        .name = "joyimage",
        .matches =
            [](const Weights& w) {
                return w.contains("double_blocks.0.attn.img_attn_qkv.weight") &&
                       w.contains("condition_embedder.time_embedder.linear_1.weight") && w.contains("img_in.weight") &&
                       w["img_in.weight"].shape().size() == 5;
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<joyimage::JoyImage>(w);
        },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(1.5)}; },
        .latent_format = [](const Weights&) { return wan21_latent_format(); },
        .text = {.family = "joyimage",
                 .parts = {{.kind = "qwen3vl_8b", .prefixes = {"text_encoders.qwen3vl_8b.transformer."}}}},
    });
}

}  // namespace easel::inference
