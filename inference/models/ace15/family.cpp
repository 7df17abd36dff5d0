// ACE-Step 1.5: music from a caption and lyrics.
#include "inference/models/family.hpp"

#include "inference/models/ace15/network.hpp"

namespace easel::inference {

void register_ace15(Families& families) {
    families.push_back({
        .name = "ace1.5",
        .matches = [](const Weights& w) { return w.contains("encoder.lyric_encoder.layers.0.input_layernorm.weight"); },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<ace15::Network>(w);
        },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(3.0, 1.0)}; },
        .latent_format =
            [](const Weights&) {
                return LatentFormat{.channels = 64, .dimensions = 1, .temporal_downscale_ratio = 1764};
            },
        .text = {.family = "ace1.5",
                 .parts = {{.kind = "qwen3_06b", .prefixes = {"text_encoders.qwen3_06b.transformer."}},
                           {.kind = "qwen3_2b", .prefixes = {"text_encoders.qwen3_2b.transformer."}},
                           {.kind = "qwen3_4b", .prefixes = {"text_encoders.qwen3_4b.transformer."}}}},
    });
}

}  // namespace easel::inference
