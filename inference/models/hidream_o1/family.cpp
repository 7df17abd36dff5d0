// HiDream-O1: pixels for latents, a rectified flow from noise of deviation 8. The network reads the prompt's tokens
// itself.
#include "inference/models/family.hpp"

#include "inference/models/hidream_o1/transformer.hpp"

namespace easel::inference {

void register_hidream_o1(Families& families) {
    families.push_back({
        .name = "hidream_o1",
        .matches =
            [](const Weights& w) {
                return w.contains("t_embedder1.mlp.0.weight") && w.contains("x_embedder.proj1.weight");
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<hidream_o1::Transformer>(w);
        },
        .parameterization =
            [](const Weights&) {
                return Parameterization{flow_prediction(8.0), flow_levels(3.0)};
            },
        .latent_format = [](const Weights&) { return pixel_latent_format(); },
        .text = {.family = "hidream_o1", .is_in_network = true},
        .draws_pixels = true,
    });
}

}  // namespace easel::inference
