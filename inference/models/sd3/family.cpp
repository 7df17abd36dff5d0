// Stable Diffusion 3 and 3.5.
#include "inference/models/family.hpp"

#include "inference/models/sd3/diffusers.hpp"
#include "inference/models/sd3/mmdit.hpp"

namespace easel::inference {

void register_sd3(Families& families) {
    families.push_back({
        .name = "sd3",
        .matches =
            [](const Weights& w) {
                const Weight picture_in = w.maybe("x_embedder.proj.weight");
                return w.contains("joint_blocks.0.context_block.attn.qkv.weight") && picture_in &&
                       picture_in.size(1) == 16;
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> { return std::make_unique<sd3::Mmdit>(w); },
        .parameterization =
            [](const Weights&) {
                return Parameterization{flow_prediction(), flow_levels(3.0)};
            },
        .latent_format = [](const Weights&) { return sd3_latent_format(); },
        .from_diffusers = sd3::from_diffusers,
        .text = {.family = "sd3",
                 .parts = {{.kind = "clip_l", .prefixes = {"text_encoders.clip_l.transformer."}},
                           {.kind = "clip_g", .prefixes = {"text_encoders.clip_g.transformer."}},
                           {.kind = "t5xxl", .prefixes = {"text_encoders.t5xxl.transformer."}}}},
        .vae_prefix = "first_stage_model.",
    });
}

}  // namespace easel::inference
