// The parts of Stable Diffusion 3's transformer (Esser et al. 2024): text and picture are two streams with their own
// weights that attend together.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/weights/weights.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace easel::inference::sd3 {

// Two layers around a SiLU.
struct Embedder {
    Linear in, out;

    explicit Embedder(const Weights& w) : in(w / "mlp" / 0), out(w / "mlp" / 2) {}
    Tensor operator()(const Tensor& x) const { return out(at::silu(in(x))); }
};

// A square table of positions, [1, side * side, dim], from whose middle a picture takes its own.
struct PositionTable {
    Weight table;
    int64_t patch;  // cells of the latent to a side

    // [1, rows * columns, dim]. Throws UserError when the table is smaller.
    Tensor operator()(int64_t rows, int64_t columns, at::ScalarType dtype, at::Device device) const;
};

// Queries, keys and values [batch, heads, tokens, 64].
struct Qkv {
    Tensor q, k, v;
};

// What stands around an attention in one stream.
struct Projections {
    Linear qkv;
    std::optional<Linear> out;  // absent where the result is not used any more
    std::optional<RmsNorm> q_norm, k_norm;

    explicit Projections(const Weights& w);
    Qkv operator()(const Tensor& x) const;
};

struct Mlp {
    Linear in, out;

    explicit Mlp(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

// One stream of a block. `c` [batch, dim] is the embedded time and pooled prompt after their SiLU.
struct Stream {
    Linear modulation;
    Projections joint;
    std::optional<Projections> own;  // SD3.5 medium: the picture's attention to itself alone
    std::optional<Mlp> mlp;          // absent in the last block's text, whose result is not used

    explicit Stream(const Weights& w);

    // What the joint attention reads of `x` [batch, tokens, dim], and what follows it needs.
    struct Before {
        Qkv joint, own;
        std::vector<Tensor> modulation;  // [batch, 1, dim] each
    };
    Before before(const Tensor& x, const Tensor& c) const;
    // `x` after a block that has no other stream.
    Tensor alone(const Tensor& x, const Tensor& c) const;
    // `x` after the block, where `attended` [batch, tokens, dim] is its part of the joint attention's result.
    Tensor after(const Tensor& x, const Before& before, const Tensor& attended) const;
};

struct JointBlock {
    Stream text, picture;

    explicit JointBlock(const Weights& w);
    // Both [batch, tokens, dim]; replaced by what comes out, the text by nothing where it is not used any more.
    void operator()(Tensor& text_tokens, Tensor& picture_tokens, const Tensor& c) const;
};

}  // namespace easel::inference::sd3
