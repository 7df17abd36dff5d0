// SeedVR2, 3B and 7B: a flow over videos in the latents of its own autoencoder.
#include "inference/models/family.hpp"

#include "inference/models/seedvr/transformer.hpp"

namespace easel::inference {

void register_seedvr(Families& families) {
    families.push_back({
        .name = "seedvr2",
        .matches =
            [](const Weights& w) {
                return w.contains("positive_conditioning") && w.contains("negative_conditioning") &&
                       w.contains("vid_in.proj.weight") && w.has_part("blocks.0.attn.proj_qkv");
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<seedvr::Transformer>(w);
        },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(1.0)}; },
        .latent_format =
            [](const Weights&) {
                return LatentFormat{
                    .channels = 16, .dimensions = 3, .downscale_ratio = 8, .temporal_downscale_ratio = 4};
            },
    });
}

}  // namespace easel::inference
