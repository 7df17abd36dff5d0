// Stable Cascade: stage C, which makes a small latent of a prompt, and stage B, which makes a larger one of it.
#include "inference/models/family.hpp"

#include "inference/models/cascade/network.hpp"

namespace easel::inference {
namespace {

template <class Network>
std::unique_ptr<DiffusionModel> build_cascade(const Weights& w) {
    return std::make_unique<Network>(w);
}

CheckpointText cascade_text() {
    return {.family = "stable_cascade", .parts = {{.kind = "clip_g", .prefixes = {"text_encoder.clip_g."}}}};
}

LatentFormat stage_c_latents(const Weights&) {
    return {
        .channels = 16,
        .downscale_ratio = 42,
        .rgb_factors = {{-0.0326, -0.0204, -0.0127},
                        {-0.1592, -0.0427, 0.0216},
                        {0.0873, 0.0638, -0.002},
                        {-0.0602, 0.0442, 0.1304},
                        {0.08, -0.0313, -0.1796},
                        {-0.081, -0.0638, -0.1581},
                        {0.1791, 0.118, 0.0967},
                        {0.074, 0.1416, 0.0432},
                        {-0.1745, -0.1888, -0.1373},
                        {0.2412, 0.1577, 0.0928},
                        {0.1908, 0.0998, 0.0682},
                        {0.0209, 0.0365, -0.0092},
                        {0.0448, -0.065, -0.1728},
                        {-0.1658, -0.1045, -0.1308},
                        {0.0542, 0.1545, 0.1325},
                        {-0.0352, -0.1672, -0.2541}},
    };
}

LatentFormat stage_b_latents(const Weights&) {
    return {
        .downscale_ratio = 4,
        .scale = 1.0 / 0.43,
        .rgb_factors = {{0.1121, 0.2006, 0.1023},
                        {-0.2093, -0.0222, -0.0195},
                        {-0.3087, -0.1535, 0.0366},
                        {0.029, -0.1574, -0.4078}},
    };
}

}  // namespace

void register_cascade(Families& families) {
    families.push_back({
        .name = "stable_cascade_c",
        .matches = [](const Weights& w) { return w.contains("clf.1.weight") && w.has_part("clip_txt_mapper"); },
        .build = build_cascade<cascade::StageC>,
        .parameterization =
            [](const Weights&) {
                return Parameterization{eps_prediction(), cascade_levels(2.0)};
            },
        .latent_format = stage_c_latents,
        .text = cascade_text(),
        .vision_prefix = "clip_l_vision.",
    });
    families.push_back({
        .name = "stable_cascade_b",
        .matches = [](const Weights& w) { return w.contains("clf.1.weight") && w.has_part("clip_mapper"); },
        .build = build_cascade<cascade::StageB>,
        .parameterization =
            [](const Weights&) {
                return Parameterization{eps_prediction(), cascade_levels(1.0)};
            },
        .latent_format = stage_b_latents,
        .text = cascade_text(),
    });
}

}  // namespace easel::inference
