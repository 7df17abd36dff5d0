// How a network of the LTX family is built: what its file says in the text entry "config", else what the published
// files share. What the shapes of the weights show is not in here.
#pragma once

#include "inference/weights/weights.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference::ltxv {

enum class RopePairs {
    neighbours,  // dimensions (0, 1), (2, 3), ... turn together
    halves,      // dimensions (0, n / 2), (1, n / 2 + 1), ... of a head
};

// Where a kind of token lies in time and space, as fractions of the longest extents seen in training.
struct PositionConfig {
    double theta = 10000.0;
    RopePairs pairs = RopePairs::neighbours;
    bool double_frequencies = false;  // made in float64 before they are rounded
    bool at_middle = false;           // a token counts by the middle of its cell instead of its beginning
};

struct Config {
    int64_t heads = 32, audio_heads = 32;
    PositionConfig positions;
    std::vector<double> longest{20.0, 2048.0, 2048.0};  // seconds, pixels, pixels
    std::vector<double> longest_audio{20.0};            // seconds
    bool causal_time = false;                           // the first latent frame stands for a single frame
    double time_scale = 1000.0;
    double cross_gate_time_scale = 1.0;
    // The widths of the two halves of a finished prompt, for pictures and for sound, and of one that is not split.
    int64_t context_dim = 4096, audio_context_dim = 2048, caption_dim = 3840;
    int64_t connector_heads = 30, audio_connector_heads = 30;
    RopePairs connector_pairs = RopePairs::halves;
    bool projects_before_connector = false;  // the prompt is projected once before a run, not in every step

    explicit Config(const Weights& w);
};

}  // namespace easel::inference::ltxv
