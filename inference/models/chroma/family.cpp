// Chroma, over Flux's latents, and Chroma Radiance, over pixels.
#include "inference/models/family.hpp"

#include "inference/models/chroma/chroma.hpp"
#include "inference/models/chroma/radiance.hpp"

namespace easel::inference {
namespace {

bool is_chroma(const Weights& w) {
    const Weights norm = w / "double_blocks" / 0 / "img_attn" / "norm" / "key_norm";
    return (norm.contains("scale") || norm.contains("weight")) && w.has_part("distilled_guidance_layer");
}

bool is_radiance(const Weights& w) { return is_chroma(w) && w.has_part("nerf_blocks"); }

Parameterization flow(const Weights&) { return {flow_prediction(), flux_levels(1.15)}; }

const CheckpointText text{
    .family = "pixart",
    .parts = {
        {.kind = "t5xxl", .prefixes = {"cond_stage_model.t5xxl.transformer.", "text_encoders.t5xxl.transformer."}}}};

}  // namespace

void register_chroma(Families& families) {
    families.push_back({
        .name = "chroma",
        .matches = [](const Weights& w) { return is_chroma(w) && !is_radiance(w); },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<chroma::Chroma>(w);
        },
        .parameterization = flow,
        .latent_format = [](const Weights&) { return flux_latent_format(); },
        .text = text,
        .vae_prefix = "first_stage_model.",
    });
    families.push_back({
        .name = "chroma_radiance",
        .matches = is_radiance,
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<chroma::Radiance>(w);
        },
        .parameterization = flow,
        .latent_format = [](const Weights&) { return pixel_latent_format(); },
        .text = text,
        .vae_prefix = "first_stage_model.",
    });
}

}  // namespace easel::inference
