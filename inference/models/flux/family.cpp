// Flux.1, FLUX.2 and LongCat-Image: flows whose levels are moved towards noise, except for the distilled schnell, which
// was trained without a shift and takes no guidance.
#include "inference/models/family.hpp"

#include "inference/models/flux/diffusers.hpp"
#include "inference/models/flux/flux.hpp"

namespace easel::inference {
namespace {

bool is_flux(const Weights& w) {
    const Weights norm = w / "double_blocks" / 0 / "img_attn" / "norm" / "key_norm";
    return (norm.contains("scale") || norm.contains("weight")) && w.contains("img_in.weight") &&
           !w.has_part("distilled_guidance_layer");
}

bool is_flux2(const Weights& w) { return is_flux(w) && w.has_part("double_stream_modulation_img"); }

std::unique_ptr<DiffusionModel> build(const Weights& w) { return std::make_unique<flux::Flux>(w); }

const CheckpointText flux1_text{.family = "flux",
                                .parts = {{.kind = "clip_l", .prefixes = {"text_encoders.clip_l.transformer."}},
                                          {.kind = "t5xxl", .prefixes = {"text_encoders.t5xxl.transformer."}}}};

const CheckpointText flux2_text{
    .family = "flux2",
    .parts = {{.kind = "qwen3_4b", .prefixes = {"text_encoders.qwen3_4b.transformer."}},
              {.kind = "qwen3_8b", .prefixes = {"text_encoders.qwen3_8b.transformer."}},
              {.kind = "mistral3_24b", .prefixes = {"text_encoders.mistral3_24b.transformer."}}}};

}  // namespace

void register_flux(Families& families) {
    families.push_back({
        .name = "flux",
        .matches = [](const Weights& w) { return is_flux(w) && !is_flux2(w) && !flux::is_longcat(w); },
        .build = build,
        .parameterization =
            [](const Weights& w) {
                const bool is_schnell = !w.has_part("guidance_in");
                return Parameterization{flow_prediction(), is_schnell ? flow_levels(1.0, 1.0) : flux_levels(1.15)};
            },
        .latent_format = [](const Weights&) { return flux_latent_format(); },
        .from_diffusers = flux::from_diffusers,
        .text = flux1_text,
    });
    families.push_back({
        .name = "longcat_image",
        .matches = [](const Weights& w) { return is_flux(w) && !is_flux2(w) && flux::is_longcat(w); },
        .build = build,
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flux_levels(1.15)}; },
        .latent_format = [](const Weights&) { return flux_latent_format(); },
        .from_diffusers = flux::from_diffusers,
        .text = {.family = "longcat_image",
                 .parts = {{.kind = "qwen25_7b", .prefixes = {"text_encoders.qwen25_7b.transformer."}}}},
    });
    families.push_back({
        .name = "flux2",
        .matches = is_flux2,
        .build = build,
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flux_levels(2.02)}; },
        .latent_format = [](const Weights&) { return flux2_latent_format(); },
        .from_diffusers = flux::from_diffusers,
        .text = flux2_text,
    });
}

}  // namespace easel::inference
