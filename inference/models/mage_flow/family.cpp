// Mage-Flow and Mage-Flow-Edit: flows over the 128 channels of their own autoencoder, prompted through Qwen3-VL.
#include "inference/models/family.hpp"

#include "inference/models/mage_flow/mage_flow.hpp"

namespace easel::inference {

void register_mage_flow(Families& families) {
    families.push_back({
        .name = "mage_flow",
        // Unlike Qwen-Image its tokens are single cells of 128 channels.
        .matches =
            [](const Weights& w) {
                return w.contains("txt_norm.weight") && w.has_part("transformer_blocks") &&
                       w.contains("proj_out.weight") && w["proj_out.weight"].size(0) == 128;
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<mage_flow::MageFlow>(w);
        },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(6.0, 1.0)}; },
        .latent_format = [](const Weights&) { return flux2_latent_format(); },
        .text = {.family = "mage_flow",
                 .parts = {{.kind = "qwen3vl_4b", .prefixes = {"text_encoders.qwen3vl_4b.transformer."}}}},
    });
}

}  // namespace easel::inference
