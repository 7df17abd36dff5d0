// Stable Audio 1 and 3: sound from a prompt.
#include "inference/models/family.hpp"

#include "inference/models/stable_audio/network.hpp"

namespace easel::inference {
namespace {

bool is_stable_audio(const Weights& w) { return w.contains("transformer.rotary_pos_emb.inv_freq"); }
bool is_third(const Weights& w) { return w.has_part("transformer.global_cond_embedder"); }

std::unique_ptr<DiffusionModel> build_stable_audio(const Weights& w) {
    return std::make_unique<stable_audio::Network>(w);
}

}  // namespace

void register_stable_audio(Families& families) {
    families.push_back({
        .name = "stable_audio",
        .matches = [](const Weights& w) { return is_stable_audio(w) && !is_third(w); },
        .build = build_stable_audio,
        .parameterization =
            [](const Weights&) {
                constexpr double sigma_min = 0.03, sigma_max = 500.0;
                return Parameterization{v_prediction(),
                                        continuous_levels(ContinuousTime::arc_tangent, sigma_min, sigma_max)};
            },
        .latent_format =
            [](const Weights&) {
                return LatentFormat{.channels = 64, .dimensions = 1, .temporal_downscale_ratio = 2048};
            },
        .text = {.family = "stable_audio",
                 .parts = {{.kind = "t5base", .prefixes = {"text_encoders.t5base.transformer."}}}},
        .network_prefix = "model.model.",
        .vae_prefix = "pretransform.model.",
    });
    families.push_back({
        .name = "stable_audio3",
        .matches = [](const Weights& w) { return is_stable_audio(w) && is_third(w); },
        .build = build_stable_audio,
        .parameterization =
            [](const Weights&) {
                return Parameterization{flow_prediction(), flow_levels(2.0, 1.0)};
            },
        .latent_format =
            [](const Weights&) {
                return LatentFormat{.channels = 256, .dimensions = 1, .temporal_downscale_ratio = 4096};
            },
        .text = {.family = "stable_audio3",
                 .parts = {{.kind = "t5gemma", .prefixes = {"text_encoders.t5gemma.transformer."}}}},
        .network_prefix = "model.model.",
        .vae_prefix = "pretransform.model.",
    });
}

}  // namespace easel::inference
