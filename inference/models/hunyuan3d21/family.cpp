#include "inference/models/family.hpp"

#include "inference/models/hunyuan3d21/hunyuan3d21.hpp"

namespace easel::inference {

void register_hunyuan3d21(Families& families) {
    families.push_back({
        .name = "hunyuan3d21",
        .matches =
            [](const Weights& w) {
                return w.contains("t_embedder.mlp.2.weight") && w.contains("blocks.0.attn1.k_norm.weight");
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<hunyuan3d21::Hunyuan3d21>(w);
        },
        .parameterization =
            [](const Weights&) {
                return Parameterization{flow_prediction(), flow_levels(1.0, 1.0)};
            },
        .latent_format =
            [](const Weights&) { return LatentFormat{.channels = 64, .dimensions = 1, .scale = 1.0039506158752403}; },
        .vision_prefix = "conditioner.main_image_encoder.model.",
    });
}

}  // namespace easel::inference
