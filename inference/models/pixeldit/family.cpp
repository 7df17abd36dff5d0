// PixelDiT and PiD: flows over pixels, prompted through Gemma 2.
#include "inference/models/family.hpp"

#include "inference/models/pixeldit/pixeldit.hpp"

namespace easel::inference {
namespace {

bool is_pid(const Weights& w) { return w.contains("lq_proj.latent_proj.0.weight"); }

std::unique_ptr<DiffusionModel> build(const Weights& w) { return std::make_unique<pixeldit::PixelDit>(w); }

CheckpointText text() {
    return {.family = "pixeldit",
            .parts = {{.kind = "gemma2_2b", .prefixes = {"text_encoders.gemma2_2b.transformer."}}}};
}

}  // namespace

void register_pixeldit(Families& families) {
    families.push_back({
        .name = "pixeldit",
        .matches = [](const Weights& w) { return !is_pid(w) && w.contains("core.pixel_embedder.proj.weight"); },
        .build = build,
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(4.0)}; },
        .latent_format = [](const Weights&) { return pixel_latent_format(); },
        .text = text(),
        .draws_pixels = true,
    });
    families.push_back({
        .name = "pid",
        .matches = is_pid,
        .build = build,
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(1.5)}; },
        .latent_format = [](const Weights&) { return pixel_latent_format(); },
        .text = text(),
        .draws_pixels = true,
    });
}

}  // namespace easel::inference
