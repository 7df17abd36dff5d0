// Lens and Lens Turbo: flows over FLUX.2's latents, prompted through GPT-OSS.
#include "inference/models/family.hpp"

#include "inference/models/lens/lens.hpp"

namespace easel::inference {

void register_lens(Families& families) {
    families.push_back({
        .name = "lens",
        .matches =
            [](const Weights& w) {
                return w.contains("transformer_blocks.0.attn.norm_added_q.weight") &&
                       w.contains("transformer_blocks.0.img_mlp.w1.weight");
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> { return std::make_unique<lens::Lens>(w); },
        .parameterization =
            [](const Weights&) {
                return Parameterization{flow_prediction(), flux_levels(1.829)};
            },
        .latent_format = [](const Weights&) { return flux2_latent_format(); },
        .text = {.family = "lens",
                 .parts = {{.kind = "gpt_oss", .prefixes = {"text_encoders.gpt_oss.transformer.", "text_encoders."}}}},
    });
}

}  // namespace easel::inference
