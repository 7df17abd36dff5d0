// Wan 2.1 (text or picture to video) and 2.2 (both 14B experts, and the 5B model with latents of its own).
#include "inference/models/family.hpp"

#include "inference/models/wan/wan.hpp"

namespace easel::inference {
namespace {

// Variants that this network does not hold: speech, people, poses, dance.
bool is_other_variant(const Weights& w) {
    for (const std::string_view part : {"casual_audio_encoder", "audio_proj", "face_adapter", "patch_embedding_mask",
                                        "patch_embedding_pose", "patch_embedding_global"})
        if (w.has_part(part)) return true;
    return false;
}

bool has_deep_latents(const Weights& w) { return w["head.head.weight"].size(0) == 48 * 4; }

}  // namespace

void register_wan(Families& families) {
    families.push_back({
        .name = "wan",
        .matches = [](const Weights& w) { return w.contains("head.modulation") && !is_other_variant(w); },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> { return std::make_unique<wan::Wan>(w); },
        .parameterization = [](const Weights&) { return Parameterization{flow_prediction(), flow_levels(8.0)}; },
        .latent_format =
            [](const Weights& w) { return has_deep_latents(w) ? wan22_latent_format() : wan21_latent_format(); },
        .text = {.family = "wan", .parts = {{.kind = "umt5xxl", .prefixes = {"text_encoders.umt5xxl.transformer."}}}},
    });
}

}  // namespace easel::inference
