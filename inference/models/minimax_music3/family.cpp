// MiniMax Music 3: songs from a caption and lyrics.
#include "inference/models/family.hpp"

#include "inference/models/minimax_music3/network.hpp"

namespace easel::inference {

void register_minimax_music3(Families& families) {
    families.push_back({
        .name = "minimax_music3",
        .matches =
            [](const Weights& w) {
                return w.contains("cond_layer_logits") &&
                       w.contains("diffusion_transformer.transformer.layers.0.self_attn.to_qkv.weight");
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<minimax_music3::Network>(w);
        },
        .parameterization =
            [](const Weights&) {
                return Parameterization{flow_prediction(), flow_levels(1.0, 1.0)};
            },
        .latent_format =
            [](const Weights&) {
                return LatentFormat{.channels = 128, .dimensions = 1, .temporal_downscale_ratio = 512};
            },
    });
}

}  // namespace easel::inference
