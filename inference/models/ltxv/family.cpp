// LTX-Video 0.9 (video alone) and LTX-2 (video with sound).
#include "inference/models/family.hpp"

#include "inference/models/ltxv/ltxav.hpp"
#include "inference/models/ltxv/ltxv.hpp"
#include "inference/vae/ltxv/latent_format.hpp"

namespace easel::inference {
namespace {

bool is_ltx(const Weights& w) {
    return w.contains("adaln_single.emb.timestep_embedder.linear_1.bias") && w.contains("patchify_proj.weight");
}

bool has_sound(const Weights& w) { return w.contains("audio_adaln_single.linear.weight"); }

}  // namespace

void register_ltxv(Families& families) {
    constexpr double mu = 2.37;
    const auto parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flux_levels(mu)}; };
    families.push_back({
        .name = "ltxv",
        .matches = [](const Weights& w) { return is_ltx(w) && !has_sound(w); },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> { return std::make_unique<ltxv::Ltxv>(w); },
        .parameterization = parameterization,
        .latent_format = [](const Weights&) { return ltxv_latent_format(); },
        .text = {.family = "ltxv", .parts = {{.kind = "t5xxl", .prefixes = {"text_encoders.t5xxl.transformer."}}}},
    });
    families.push_back({
        .name = "ltxav",
        .matches = [](const Weights& w) { return is_ltx(w) && has_sound(w); },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> { return std::make_unique<ltxv::LtxAv>(w); },
        .parameterization = parameterization,
        .latent_format = [](const Weights&) { return ltxav_latent_format(); },
    });
}

}  // namespace easel::inference
