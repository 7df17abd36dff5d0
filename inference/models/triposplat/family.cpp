// TripoSplat: clouds of Gaussians from a picture.
#include "inference/models/family.hpp"

#include "inference/models/triposplat/triposplat.hpp"

namespace easel::inference {

void register_triposplat(Families& families) {
    families.push_back({
        .name = "triposplat",
        .matches =
            [](const Weights& w) {
                return w.contains("cam_out_layer.weight") && w.contains("repo_layers.0.final_map.weight");
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<triposplat::TripoSplat>(w);
        },
        .parameterization =
            [](const Weights&) {
                return Parameterization{flow_prediction(), flow_levels(3.0)};
            },
        .latent_format =
            [](const Weights&) { return LatentFormat{.channels = triposplat::cloud_channels, .dimensions = 1}; },
    });
}

}  // namespace easel::inference
