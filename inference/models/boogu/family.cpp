// Boogu-Image and Boogu-Image-Edit: flows over Flux's latents, prompted through Qwen3-VL-8B.
#include "inference/models/family.hpp"

#include "inference/models/boogu/boogu.hpp"

namespace easel::inference {

void register_boogu(Families& families) {
    families.push_back({
        .name = "boogu",
        .matches =
            [](const Weights& w) {
                return w.contains("double_stream_layers.0.img_instruct_attn.processor.img_to_q.weight");
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> { return std::make_unique<boogu::Boogu>(w); },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(3.16, 1.0)}; },
        .latent_format = [](const Weights&) { return flux_latent_format(); },
        .text = {.family = "boogu",
                 .parts = {{.kind = "qwen3vl_8b", .prefixes = {"text_encoders.qwen3vl_8b.transformer."}}}},
    });
}

}  // namespace easel::inference
