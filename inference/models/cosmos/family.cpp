// Cosmos-Predict2 and Anima.
#include "inference/models/family.hpp"

#include "inference/models/cosmos/predict2.hpp"

namespace easel::inference {
namespace {

// Models that begin from a video have one more channel.
bool is_predict2(const Weights& w) {
    constexpr int64_t channels = 16, padding_mask = 1, patch_cells = 4;
    if (!w.contains("blocks.0.mlp.layer1.weight") || !w.contains("x_embedder.proj.1.weight")) return false;
    const int64_t beside = w["x_embedder.proj.1.weight"].size(1) - (channels + padding_mask) * patch_cells;
    return beside == 0 || beside == patch_cells;
}

bool is_anima(const Weights& w) { return w.has_part("llm_adapter"); }

std::unique_ptr<DiffusionModel> build(const Weights& w) { return std::make_unique<cosmos::Predict2>(w); }

}  // namespace

void register_cosmos(Families& families) {
    families.push_back({
        .name = "cosmos_predict2",
        .matches = [](const Weights& w) { return is_predict2(w) && !is_anima(w); },
        .build = build,
        .parameterization =
            [](const Weights&) {
                return Parameterization{unbounded_flow_prediction(),
                                        continuous_levels(ContinuousTime::noise_share, 0.002, 80.0)};
            },
        .latent_format = [](const Weights&) { return wan21_latent_format(); },
        .text = {},
        .vae_prefix = "first_stage_model.",
    });
    families.push_back({
        .name = "anima",
        .matches = [](const Weights& w) { return is_predict2(w) && is_anima(w); },
        .build = build,
        .parameterization =
            [](const Weights&) {
                return Parameterization{flow_prediction(), flow_levels(3.0, 1.0)};
            },
        .latent_format = [](const Weights&) { return wan21_latent_format(); },
        .text = {.family = "anima",
                 .parts = {{.kind = "qwen3_06b",
                            .prefixes = {"cond_stage_model.qwen3_06b.transformer.",
                                         "text_encoders.qwen3_06b.transformer."}}}},
        .vae_prefix = "first_stage_model.",
    });
}

}  // namespace easel::inference
