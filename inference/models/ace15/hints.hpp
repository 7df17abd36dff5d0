// What ACE-Step 1.5 follows when it makes music: a coarse version of it, five tokens to a second, either written by a
// language model or taken from another piece.
#pragma once

#include "inference/models/ace15/layers.hpp"

namespace easel::inference::ace15 {

// Codes of a product of small scales (finite scalar quantisation, Mentzer et al. 2023), and the way between them and
// vectors.
class Codes {
public:
    explicit Codes(const Weights& w) : in_(w / "project_in"), out_(w / "project_out") {}
    // `codes` [batch, count], int64, as vectors [batch, count, dim].
    Tensor vectors(const Tensor& codes, at::ScalarType dtype) const;
    // Vectors [batch, count, dim] moved to the nearest that have a code.
    Tensor rounded(const Tensor& x) const;

private:
    Linear in_, out_;
};

// A piece of music [batch, moments, channels] as one vector for every five moments, and back.
class Tokenizer {
public:
    explicit Tokenizer(const Weights& w);
    Tensor operator()(const Tensor& music) const;
    const Codes& codes() const { return codes_; }

private:
    Linear in_, pool_in_;
    Weight special_;  // [1, 1, dim]
    Encoder pool_;
    Codes codes_;
};

class Detokenizer {
public:
    explicit Detokenizer(const Weights& w);
    Tensor operator()(const Tensor& tokens) const;

private:
    Linear in_, out_;
    Weight specials_;  // [1, moments, dim]
    Encoder layers_;
};

constexpr int64_t moments_per_code = 5;
// The code of nothing to be heard.
constexpr int64_t silent_code = 35847;

// The latent of silence: [1, channels, moments], float32.
Tensor silence(int64_t moments);

}  // namespace easel::inference::ace15
