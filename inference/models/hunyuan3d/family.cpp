// Hunyuan3D 2.0 with its siblings for several views (2mv) and the small one (2mini), which differ in depth and in how
// their shapes' tokens are scaled.
#include "inference/models/family.hpp"

#include "inference/models/hunyuan3d/hunyuan3d.hpp"

namespace easel::inference {
namespace {

constexpr int64_t mini_depth = 8;

bool is_hunyuan3d(const Weights& w) { return w.contains("latent_in.weight") && w.contains("cond_in.weight"); }

bool is_mini(const Weights& w) { return w.count("double_blocks") == mini_depth; }

std::unique_ptr<DiffusionModel> build_hunyuan3d(const Weights& w) { return std::make_unique<hunyuan3d::Hunyuan3d>(w); }

Parameterization hunyuan3d_flow(const Weights&) { return {flow_prediction(), flow_levels(1.0, 1.0)}; }

}  // namespace

void register_hunyuan3d(Families& families) {
    families.push_back({
        .name = "hunyuan3d",
        .matches = [](const Weights& w) { return is_hunyuan3d(w) && !is_mini(w); },
        .build = build_hunyuan3d,
        .parameterization = hunyuan3d_flow,
        .latent_format =
            [](const Weights&) { return LatentFormat{.channels = 64, .dimensions = 1, .scale = 0.9990943042622529}; },
        .vision_prefix = "conditioner.main_image_encoder.model.",
    });
    families.push_back({
        .name = "hunyuan3d_mini",
        .matches = [](const Weights& w) { return is_hunyuan3d(w) && is_mini(w); },
        .build = build_hunyuan3d,
        .parameterization = hunyuan3d_flow,
        .latent_format =
            [](const Weights&) { return LatentFormat{.channels = 64, .dimensions = 1, .scale = 1.0188137142395404}; },
        .vision_prefix = "conditioner.main_image_encoder.model.",
    });
}

}  // namespace easel::inference
