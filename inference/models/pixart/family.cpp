// PixArt alpha and sigma: one transformer, latents of SD1.x and of SDXL, and T5-XXL as the text encoder.
#include "inference/models/family.hpp"

#include "inference/models/pixart/diffusers.hpp"
#include "inference/models/pixart/transformer.hpp"

#include <cmath>

namespace easel::inference {
namespace {

bool is_pixart(const Weights& w) { return w.contains("t_block.1.weight") && w.has_part("y_embedder.y_proj"); }
bool knows_sizes(const Weights& w) { return w.contains("ar_embedder.mlp.0.weight"); }

// Betas that rise linearly.
Parameterization linear_betas(const Weights&) {
    constexpr double first = 0.0001, last = 0.02;
    constexpr int timesteps = 1000;
    std::vector<double> sigmas;
    double signal = 1.0;
    for (int i = 0; i < timesteps; ++i) {
        signal *= 1.0 - (first + (last - first) * i / (timesteps - 1));
        sigmas.push_back(std::sqrt((1.0 - signal) / signal));
    }
    return {eps_prediction(), discrete_levels(sigmas)};
}

std::unique_ptr<DiffusionModel> build(const Weights& w) { return std::make_unique<pixart::Transformer>(w); }

CheckpointText text() {
    return {.family = "pixart", .parts = {{.kind = "t5xxl", .prefixes = {"text_encoders.t5xxl.transformer."}}}};
}

}  // namespace

void register_pixart(Families& families) {
    families.push_back({
        .name = "pixart_alpha",
        .matches = [](const Weights& w) { return is_pixart(w) && knows_sizes(w); },
        .build = build,
        .parameterization = linear_betas,
        .latent_format = [](const Weights&) { return sd15_latent_format(); },
        .from_diffusers = pixart::from_diffusers,
        .text = text(),
    });
    families.push_back({
        .name = "pixart_sigma",
        .matches = [](const Weights& w) { return is_pixart(w) && !knows_sizes(w); },
        .build = build,
        .parameterization = linear_betas,
        .latent_format = [](const Weights&) { return sdxl_latent_format(); },
        .text = text(),
    });
}

}  // namespace easel::inference
