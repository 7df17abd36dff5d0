// Ideogram 4: a flow over FLUX.2's latents.
#include "inference/models/family.hpp"

#include "inference/models/ideogram4/ideogram4.hpp"

namespace easel::inference {

void register_ideogram4(Families& families) {
    families.push_back({
        .name = "ideogram4",
        .matches = [](const Weights& w) { return w.contains("embed_image_indicator.weight"); },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<ideogram4::Ideogram4>(w);
        },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(1.0, 1.0)}; },
        .latent_format = [](const Weights&) { return flux2_latent_format(); },
        .text = {.family = "ideogram4",
                 .parts = {{.kind = "qwen3_8b", .prefixes = {"text_encoders.qwen3vl_8b.transformer."}}}},
    });
}

}  // namespace easel::inference
