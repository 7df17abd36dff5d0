// ACE-Step 1: music from tags and lyrics.
#include "inference/models/family.hpp"

#include "inference/models/ace/transformer.hpp"

namespace easel::inference {

void register_ace(Families& families) {
    families.push_back({
        .name = "ace",
        .matches = [](const Weights& w) { return w.contains("genre_embedder.weight"); },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<ace::Transformer>(w);
        },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(3.0)}; },
        .latent_format = [](const Weights&) { return LatentFormat{.channels = 8}; },
        .text = {.family = "ace", .parts = {{.kind = "umt5base", .prefixes = {"text_encoders.umt5base.transformer."}}}},
    });
}

}  // namespace easel::inference
