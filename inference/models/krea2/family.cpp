// Krea 2: a flow over Wan's latents, prompted through Qwen3-VL.
#include "inference/models/family.hpp"

#include "inference/models/krea2/krea2.hpp"

namespace easel::inference {

void register_krea2(Families& families) {
    families.push_back({
        .name = "krea2",
        .matches = [](const Weights& w) { return w.contains("txtfusion.projector.weight"); },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> { return std::make_unique<krea2::Krea2>(w); },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flux_levels(1.15)}; },
        .latent_format = [](const Weights&) { return wan21_latent_format(); },
        .text = {.family = "krea2",
                 .parts = {{.kind = "qwen3vl_4b", .prefixes = {"text_encoders.qwen3vl_4b.transformer."}}}},
    });
}

}  // namespace easel::inference
