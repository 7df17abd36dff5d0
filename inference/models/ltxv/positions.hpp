// Where tokens of LTX networks are, in seconds and pixels, and the rotations that tell attention so. Unlike in other
// networks every head has frequencies of its own, and positions are fractions between -1 and 1.
#pragma once

#include "inference/models/ltxv/config.hpp"
#include "inference/tensor.hpp"

namespace easel::inference::ltxv {

// Rotations for queries or keys; [batch or 1, heads, tokens, head / 2] each, float32.
struct Rotation {
    Tensor cos, sin;
    RopePairs pairs;

    // `x` [batch, heads, tokens, head].
    Tensor operator()(const Tensor& x) const;
    // These tokens alone.
    Rotation tokens(int64_t first, int64_t count) const;
};

// `spans` [batch or 1, axes, tokens, 2] holds where tokens begin and end along each axis, `longest` the extents that
// stand for 1; `dim` is the width of all heads together. (LTXBaseModel._precompute_freqs_cis)
Rotation rotation_of(const Tensor& spans, int64_t dim, int64_t heads, const std::vector<double>& longest,
                     const PositionConfig& config);

// The rotations of a plain sequence of `tokens`, of which 4096 stand for 1. (Embeddings1DConnector)
Rotation rotation_of_sequence(int64_t tokens, int64_t dim, int64_t heads, RopePairs pairs, at::Device device);

// Where the cells of a latent [batch, channels, frames, rows, columns] begin and end, in frames and pixels of the
// video: [1, 3, cells, 2], float32. `causal`: its first frame stands for one frame instead of eight.
Tensor cell_spans(at::IntArrayRef latent, bool causal, at::Device device);

// Where latent frames of sound begin and end, in seconds: [1, 1, count, 2].
Tensor sound_spans(int64_t count, at::Device device);

// Seconds that one latent frame of sound lasts.
constexpr double seconds_per_sound_cell = 160.0 * 4.0 / 16000.0;

}  // namespace easel::inference::ltxv
