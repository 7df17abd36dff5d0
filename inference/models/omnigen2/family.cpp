// OmniGen 2: a flow over Flux's latents, prompted through Qwen2.5-VL-3B.
#include "inference/models/family.hpp"

#include "inference/models/omnigen2/omnigen2.hpp"

namespace easel::inference {

void register_omnigen2(Families& families) {
    families.push_back({
        .name = "omnigen2",
        .matches =
            [](const Weights& w) {
                return w.contains("time_caption_embed.timestep_embedder.linear_1.bias") && w.has_part("layers");
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<omnigen2::OmniGen2>(w);
        },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(2.6, 1.0)}; },
        .latent_format = [](const Weights&) { return flux_latent_format(); },
        .text = {.family = "omnigen2",
                 .parts = {{.kind = "qwen25_3b", .prefixes = {"text_encoders.qwen25_3b.transformer."}}}},
    });
}

}  // namespace easel::inference
