// ERNIE-Image: a flow over FLUX.2's latents, prompted through Ministral 3.
#include "inference/models/family.hpp"

#include "inference/models/ernie/ernie.hpp"

namespace easel::inference {

void register_ernie(Families& families) {
    families.push_back({
        .name = "ernie",
        .matches = [](const Weights& w) { return w.contains("layers.0.mlp.linear_fc2.weight"); },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> { return std::make_unique<ernie::Ernie>(w); },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(3.0)}; },
        .latent_format = [](const Weights&) { return flux2_latent_format(); },
        .text = {.family = "ernie",
                 .parts = {{.kind = "ministral3_3b", .prefixes = {"text_encoders.ministral3_3b.transformer."}}}},
    });
}

}  // namespace easel::inference
