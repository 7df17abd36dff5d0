// Kandinsky 5: flows over Flux's latents for pictures and over HunyuanVideo's for videos, prompted through Qwen2.5-VL
// and CLIP-L.
#include "inference/models/family.hpp"

#include "inference/models/kandinsky5/kandinsky5.hpp"
#include "inference/vae/hunyuan/latent_format.hpp"

namespace easel::inference {
namespace {

bool is_kandinsky5(const Weights& w) {
    return w.contains("visual_transformer_blocks.0.cross_attention.key_norm.weight");
}

std::unique_ptr<DiffusionModel> build_kandinsky5(const Weights& w) {
    return std::make_unique<kandinsky5::Kandinsky5>(w);
}

CheckpointText text_of(std::string_view family) {
    return {.family = family,
            .parts = {{.kind = "qwen25_7b", .prefixes = {"text_encoders.qwen25_7b.transformer."}},
                      {.kind = "clip_l", .prefixes = {"text_encoders.clip_l.transformer."}}}};
}

}  // namespace

void register_kandinsky5(Families& families) {
    families.push_back({
        .name = "kandinsky5_image",
        .matches = [](const Weights& w) { return is_kandinsky5(w) && !kandinsky5::makes_videos(w); },
        .build = build_kandinsky5,
        .parameterization =
            [](const Weights&) {
                return Parameterization{flow_prediction(), flow_levels(3.0)};
            },
        .latent_format = [](const Weights&) { return flux_latent_format(); },
        .text = text_of("kandinsky5_image"),
    });
    families.push_back({
        .name = "kandinsky5",
        .matches = [](const Weights& w) { return is_kandinsky5(w) && kandinsky5::makes_videos(w); },
        .build = build_kandinsky5,
        .parameterization =
            [](const Weights&) {
                return Parameterization{flow_prediction(), flow_levels(10.0)};
            },
        .latent_format = [](const Weights&) { return hunyuan_video_latent_format(); },
        .text = text_of("kandinsky5"),
    });
}

}  // namespace easel::inference
