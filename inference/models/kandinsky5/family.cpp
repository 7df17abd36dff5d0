// Kandinsky 5 Lite for pictures: a flow over Flux's latents, prompted through Qwen2.5-VL and CLIP-L.
#include "inference/models/family.hpp"

#include "inference/models/kandinsky5/kandinsky5.hpp"

namespace easel::inference {

void register_kandinsky5(Families& families) {
    families.push_back({
        .name = "kandinsky5_image",
        // Those for videos read a first frame and a mask beside the 16 channels of a patch's four cells.
        .matches =
            [](const Weights& w) {
                return w.contains("visual_transformer_blocks.0.cross_attention.key_norm.weight") &&
                       w["visual_embeddings.in_layer.weight"].size(1) == 64;
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<kandinsky5::Kandinsky5>(w);
        },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(3.0)}; },
        .latent_format = [](const Weights&) { return flux_latent_format(); },
        .text = {.family = "kandinsky5_image",
                 .parts = {{.kind = "qwen25_7b", .prefixes = {"text_encoders.qwen25_7b.transformer."}},
                           {.kind = "clip_l", .prefixes = {"text_encoders.clip_l.transformer."}}}},
    });
}

}  // namespace easel::inference
