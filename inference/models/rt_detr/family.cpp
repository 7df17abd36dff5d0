// RT-DETRv4, a detection network that files and links treat as a diffusion model.
#include "inference/models/family.hpp"

#include "inference/vision/rt_detr/rt_detr.hpp"

namespace easel::inference {

void register_rt_detr(Families& families) {
    families.push_back({
        .name = "rt_detr_v4",
        .matches = [](const Weights& w) { return w.contains("encoder.pan_blocks.1.cv4.conv.weight"); },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> { return std::make_unique<RtDetr>(w); },
        .parameterization = [](const Weights&) { return Parameterization{eps_prediction(), flow_levels(1.0)}; },
        .latent_format = [](const Weights&) { return sd15_latent_format(); },
    });
}

}  // namespace easel::inference
