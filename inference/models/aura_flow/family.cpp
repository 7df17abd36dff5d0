// AuraFlow: SDXL's latents, a rectified flow, and Pile-T5-XL as its text encoder.
#include "inference/models/family.hpp"

#include "inference/models/aura_flow/diffusers.hpp"
#include "inference/models/aura_flow/transformer.hpp"

namespace easel::inference {

void register_aura_flow(Families& families) {
    families.push_back({
        .name = "aura_flow",
        .matches = [](const Weights& w) { return w.contains("double_layers.0.attn.w1q.weight"); },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<aura_flow::Transformer>(w);
        },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(1.73, 1.0)}; },
        .latent_format = [](const Weights&) { return sdxl_latent_format(); },
        .from_diffusers = aura_flow::from_diffusers,
        .text = {.family = "auraflow",
                 .parts = {{.kind = "pile_t5xl", .prefixes = {"text_encoders.pile_t5xl.transformer."}}}},
    });
}

}  // namespace easel::inference
