// Stable Diffusion 1.x: a UNet with 1x1 convolutions around its transformers and CLIP-L as its text encoder.
#include "inference/models/family.hpp"

#include "inference/models/sd/unet.hpp"

namespace easel::inference {
namespace {

bool matches(const Weights& w) {
    const Weight projection = w.maybe("middle_block.1.proj_in.weight");
    return w.contains("input_blocks.0.0.weight") && projection && projection.shape().size() == 4 &&
           !w.has_part("label_emb");
}

}  // namespace

void register_sd(Families& families) {
    families.push_back({
        .name = "sd15",
        .matches = matches,
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> { return std::make_unique<sd::UNet>(w); },
        .parameterization =
            [](const Weights&) {
                return Parameterization{eps_prediction(), scaled_linear_levels()};
            },
        .latent_format = [](const Weights&) { return sd15_latent_format(); },
        .text = {.family = "sd1",
                 .parts = {{.kind = "clip_l", .prefixes = {"cond_stage_model.transformer.", "cond_stage_model."}}}},
    });
}

}  // namespace easel::inference
