// MiniMax H3: videos with sound.
#include "inference/models/family.hpp"

#include "inference/models/minimax_h3/minimax_h3.hpp"
#include "inference/sampling/stream_flow.hpp"
#include "inference/vae/minimax/latent_format.hpp"

namespace easel::inference {

void register_minimax_h3(Families& families) {
    families.push_back({
        .name = "minimax_h3",
        .matches =
            [](const Weights& w) {
                return w.contains("video_patch_proj.weight") && w.contains("audio_patch_proj.weight");
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<minimax_h3::MinimaxH3>(w);
        },
        .parameterization =
            [](const Weights&) {
                const minimax_h3::Shifts shifts;
                return stream_flow(shifts.video, shifts.sound);
            },
        .latent_format = [](const Weights&) { return minimax_h3_latent_format(); },
        .text = {.family = "minimax_h3",
                 .parts = {{.kind = "qwen3vl_32b", .prefixes = {"text_encoders.qwen3vl_32b.transformer."}}}},
    });
}

}  // namespace easel::inference
