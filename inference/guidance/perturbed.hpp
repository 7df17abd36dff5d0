// Guidance away from what a weakened network sees: without attention, with a blurred picture, or with blocks left out.
// Each returns a copy of the handle that guides so.
#pragma once

#include "inference/models/model.hpp"
#include "inference/models/network_patches.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace easel::inference {

// Perturbed attention guidance (arXiv 2403.17377): away from a UNet whose middle block attends to nothing but itself.
Model perturbed_attention_guidance(const Model& model, double scale);

// Self attention guidance (arXiv 2210.00939): away from the picture blurred where the negative side's attention looks.
// Guidance then throws UserError where there is no negative side.
Model self_attention_guidance(const Model& model, double scale, double blur_sigma);

// Normalised attention guidance (arXiv 2505.21179): guidance within self attention, which also works at cfg 1. `tau`
// limits the growth of a token, `alpha` is the share of the guided tokens.
struct AttentionGuidance {
    double scale = 5.0, alpha = 0.5, tau = 1.5;
};
Model normalized_attention_guidance(const Model& model, const AttentionGuidance& settings);

// Which blocks of a transformer are left out, and in which part of the schedule.
struct SkippedLayers {
    std::vector<int64_t> double_blocks, single_blocks;
    double start_percent = 0.01, end_percent = 0.15;

    bool empty() const { return double_blocks.empty() && single_blocks.empty(); }
};
// The whole numbers in a text.
std::vector<int64_t> parse_layers(std::string_view text);

// Skip layer guidance: away from what the network sees without these blocks, by `scale`. `rescaling` is the share by
// which the result gets back the deviation of the positive picture.
Model skip_layer_guidance(const Model& model, const SkippedLayers& layers, double scale, double rescaling);
// Only the negative side goes without these blocks.
Model skip_layers_of_negative(const Model& model, const SkippedLayers& layers);

}  // namespace easel::inference
