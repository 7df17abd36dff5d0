// HiDream-I1: Flux's latents and autoencoder, a rectified flow, and four text encoders, which come as files of their
// own.
#include "inference/models/family.hpp"

#include "inference/models/hidream/transformer.hpp"

namespace easel::inference {

void register_hidream(Families& families) {
    families.push_back({
        .name = "hidream",
        .matches = [](const Weights& w) { return w.contains("caption_projection.0.linear.weight"); },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<hidream::Transformer>(w);
        },
        .parameterization =
            [](const Weights&) {
                return Parameterization{flow_prediction(), flow_levels()};
            },
        .latent_format = [](const Weights&) { return flux_latent_format(); },
    });
}

}  // namespace easel::inference
