// SAM 3, which files and links treat as a diffusion model with a text encoder.
#include "inference/models/family.hpp"

#include "inference/vision/sam3/sam3.hpp"

namespace easel::inference {

void register_sam3(Families& families) {
    families.push_back({
        .name = "sam3",
        .matches =
            [](const Weights& w) {  // by the names that sam3_tensors gives
                return w.contains("detector.backbone.vision_backbone.trunk.blocks.0.attn.qkv.weight") &&
                       !w.has_part("tracker.model") &&
                       (w.has_part("tracker.sam_mask_decoder.transformer.norm_final") ||
                        w.has_part("tracker.interactive_sam_mask_decoder.transformer.norm_final"));
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> { return std::make_unique<Sam3>(w); },
        .parameterization =
            [](const Weights&) {
                return Parameterization{eps_prediction(), flow_levels()};
            },
        .latent_format = [](const Weights&) { return sd15_latent_format(); },
        .from_diffusers = sam3_tensors,
        .text = {.family = "sam3",
                 .parts = {{.kind = "sam3_clip", .prefixes = {"detector.backbone.language_backbone.encoder."}}}},
    });
}

}  // namespace easel::inference
