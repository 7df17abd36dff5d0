// The parts of PixelDiT (Yu et al. 2025): a transformer over patches and text, and one over the pixels of each patch.
// (comfy.ldm.pixeldit)
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/weights/weights.hpp"

#include <optional>

namespace easel::inference::pixeldit {

inline constexpr double eps = 1e-6;

// Patches of a picture, and the grid that the network was trained at, from which on positions are stretched.
struct Grid {
    int64_t rows, columns;
    std::optional<int64_t> trained_side = {};
};

// Turns of patches for heads of `head_size` dimensions, whose pairs are by column and by row in turn. The picture is 16
// wide and high whatever its size. (precompute_freqs_cis_2d)
Rope grid_rope(const Grid& grid, int64_t head_size);

// Sines and cosines of each pixel's column, then of its row, [height * width, dim]. (get_2d_sincos_pos_embed)
Tensor pixel_positions(int64_t height, int64_t width, int64_t dim);

struct GatedMlp {
    Linear in, out, gated;

    explicit GatedMlp(const Weights& w) : in(w / "w1"), out(w / "w2"), gated(w / "w3") {}
    Tensor operator()(const Tensor& x) const { return out(at::silu(in(x)) * gated(x)); }
};

// One of the two streams of a block over patches and text. Its weights end in `_x` or `_y`.
struct Stream {
    RmsNorm before_attention, before_mlp, q_norm, k_norm;
    Linear qkv, out, modulation;
    GatedMlp mlp;

    Stream(const Weights& w, const std::string& ending, std::string_view modulation_name);
};

struct PatchBlock {
    Stream patches, text;

    explicit PatchBlock(const Weights& w)
        : patches(w, "_x", "adaLN_modulation_img"), text(w, "_y", "adaLN_modulation_txt") {}
    // Changes both streams [batch, tokens, dim]; `time` [batch, 1, dim].
    void operator()(Tensor& patch_tokens, Tensor& text_tokens, const Tensor& time, const Rope& patch_rope,
                    const Rope& text_rope) const;
};

// Attention over patches, each of which is made of its pixels and gives something to each of them.
struct PixelBlock {
    Linear modulation, compress, expand, qkv, out, mlp_in, mlp_out;
    RmsNorm before_attention, before_mlp, q_norm, k_norm;

    explicit PixelBlock(const Weights& w);
    // `x` [batch * patches, pixels, dim], `patches` [batch * patches, width].
    Tensor operator()(const Tensor& x, const Tensor& patches, const Grid& grid) const;
};

}  // namespace easel::inference::pixeldit
