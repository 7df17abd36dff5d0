// Lumina Image 2.0, Z-Image and NewBie: flows over Flux's latents.
#include "inference/models/family.hpp"

#include "inference/models/lumina/diffusers.hpp"
#include "inference/models/lumina/next_dit.hpp"

namespace easel::inference {
namespace {

bool is_next_dit(const Weights& w) {
    return w.contains("cap_embedder.1.weight") && w.contains("noise_refiner.0.attention.k_norm.weight") &&
           !w.has_part("dec_net");
}

bool is_z_image(const Weights& w) { return is_next_dit(w) && w.has_part("layers.0.adaLN_modulation.0"); }

std::unique_ptr<DiffusionModel> build(const Weights& w) { return std::make_unique<lumina::NextDit>(w); }

LatentFormat latent_format(const Weights&) { return flux_latent_format(); }

}  // namespace

void register_lumina(Families& families) {
    families.push_back({
        .name = "lumina2",
        .matches = [](const Weights& w) { return is_next_dit(w) && !is_z_image(w); },
        .build = build,
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(6.0, 1.0)}; },
        .latent_format = latent_format,
        .from_diffusers = lumina::from_diffusers,
        .text = {.family = "lumina2",
                 .parts = {{.kind = "gemma2_2b", .prefixes = {"text_encoders.gemma2_2b.transformer."}}}},
    });
    families.push_back({
        .name = "z_image",
        .matches = is_z_image,
        .build = build,
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(3.0, 1.0)}; },
        .latent_format = latent_format,
        .from_diffusers = lumina::from_diffusers,
        .text = {.family = "z_image",
                 .parts = {{.kind = "qwen3_4b", .prefixes = {"text_encoders.qwen3_4b.transformer."}}}},
    });
}

}  // namespace easel::inference
