// Changes to what the blocks of a UNet compute. Each returns a copy of the handle that carries them.
#pragma once

#include "inference/models/model.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace easel::inference {

// FreeU (arXiv 2309.11497): in the two deepest levels of the decoder the first half of the features is multiplied by b
// and the middle of the skip connection's spectrum by s. Version 2 does the former where the features are large. Throws
// UserError for a model that is no UNet.
struct FreeU {
    enum class Version { one, two };

    double b1 = 1.1, b2 = 1.2;  // of the deepest level, and of the one above
    double s1 = 0.9, s2 = 0.2;
    Version version = Version::one;
};
Model free_u(const Model& model, const FreeU& settings);

// Token merging (arXiv 2303.17604): at full resolution that share of the queries of self attention is merged into the
// most similar ones. Which tokens may merge is drawn from the run's generator.
Model merge_tokens(const Model& model, double ratio);

// HyperTile (github.com/tfernd/HyperTile): self attention in tiles, down to `max_depth` halvings of the resolution.
// The number of tiles is drawn from `swap_size` candidates with the run's generator.
struct HyperTile {
    int64_t tile_size = 256;  // pixels
    int64_t swap_size = 2;
    int64_t max_depth = 0;
    bool scale_depth = false;  // tiles of deeper levels are larger
};
Model hyper_tile(const Model& model, const HyperTile& settings);

// Kohya's Deep Shrink: from input block `block` on the features are smaller for a part of the schedule, and grow back
// in the decoder.
struct DeepShrink {
    int64_t block = 3;
    double factor = 2.0;
    double start_percent = 0.0, end_percent = 0.35;
    bool after_skip = true;                                          // the block's own skip connection keeps its size
    std::string shrink_method = "bicubic", grow_method = "bicubic";  // of latent_resize_methods
};
Model deep_shrink(const Model& model, const DeepShrink& settings);

// Multiplies the weights and biases of every attention with this name ("attn1": self, "attn2": to the prompt).
struct AttentionScale {
    double q = 1.0, k = 1.0, v = 1.0, out = 1.0;
};
Model scale_attention(const Model& model, std::string_view attention, const AttentionScale& scale);

// Multiplies the output projections of attention over the picture and, in video models, over time.
struct AttentionOutputs {
    double self_structural = 1.0, self_temporal = 1.0, cross_structural = 1.0, cross_temporal = 1.0;
};
Model scale_attention_outputs(const Model& model, const AttentionOutputs& scale);

}  // namespace easel::inference
