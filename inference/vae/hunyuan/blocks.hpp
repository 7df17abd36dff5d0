// The parts of Hunyuan's video autoencoders (Tencent 2024, 2025): convolutions that look at earlier frames only, so
// that a video is computed a few frames at a time. Activations are [batch, channels, frames, h, w].
#pragma once

#include "inference/layers/norm.hpp"
#include "inference/vae/wan/blocks.hpp"
#include "inference/weights/weights.hpp"

#include <array>
#include <map>
#include <optional>

namespace easel::inference::hunyuan_vae {

// What convolutions remember of the frames before those at hand. One for each run over a video.
class FrameCarry {
public:
    // Whether the frames at hand begin the video.
    bool is_first_chunk() const { return first_; }
    void end_chunk() { first_ = false; }

    // `x` with one more row and column around it, behind the two frames that `layer` saw last; before the video lies
    // its first frame, repeated. (conv_carry_causal_3d)
    Tensor extended(const Tensor& x, const void* layer);

private:
    std::map<const void*, Tensor> kept_;
    bool first_ = true;
};

// Three frames, rows and columns, of which the last frame is the one at hand.
struct CausalConv {
    Weight weight, bias;
    std::array<int64_t, 3> stride{1, 1, 1};

    explicit CausalConv(const Weights& w, std::array<int64_t, 3> stride_ = {1, 1, 1})
        : weight(w["weight"]), bias(w["bias"]), stride(stride_) {}
    Tensor operator()(const Tensor& x, FrameCarry& carry) const;
    int64_t in_channels() const { return weight.size(1); }
    int64_t out_channels() const { return weight.size(0); }
};

// A convolution of single cells.
struct CellConv {
    Weight weight, bias;  // [out, in, 1, 1, 1]

    explicit CellConv(const Weights& w) : weight(w["weight"]), bias(w["bias"]) {}
    Tensor operator()(const Tensor& x) const { return at::conv3d(x, weight.like(x), bias.like(x)); }
};

// Over 32 groups of channels, or of each cell's channels to the length that `gamma` says.
struct Norm {
    std::optional<GroupNorm> over_groups;
    std::optional<wan_vae::ChannelNorm> over_channels;

    explicit Norm(const Weights& w);
    Tensor operator()(const Tensor& x) const { return over_groups ? (*over_groups)(x) : (*over_channels)(x); }
    Tensor then_silu(const Tensor& x) const {
        return over_groups ? over_groups->then_silu(x) : over_channels->then_silu(x);
    }
};

struct ResBlock {
    Norm norm1, norm2;
    CausalConv conv1, conv2;
    std::optional<CellConv> shortcut;

    explicit ResBlock(const Weights& w);
    Tensor operator()(const Tensor& x, FrameCarry& carry) const;
    int64_t in_channels() const { return conv1.in_channels(); }
};

// Of every cell of the video to every cell, with one head.
struct VideoAttention {
    Norm norm;
    CellConv q, k, v, out;

    explicit VideoAttention(const Weights& w)
        : norm(w / "norm"), q(w / "q"), k(w / "k"), v(w / "v"), out(w / "proj_out") {}
    Tensor operator()(const Tensor& x) const;
};

// Two residual blocks around an attention, at the lowest resolution, over the whole video.
struct Middle {
    ResBlock first;
    VideoAttention attention;
    ResBlock last;

    explicit Middle(const Weights& w) : first(w / "block_1"), attention(w / "attn_1"), last(w / "block_2") {}
    Tensor operator()(const Tensor& x) const;
};

// The blocks of a part that are called block.0, block.1, ...
std::vector<ResBlock> residual_blocks(const Weights& w);

// The convolution of a part that may lie one level deeper, in "conv".
Weights convolution_in(const Weights& w);

// The first frame, then eight frames at a time, as many as make whole groups of four.
std::vector<Tensor> pixel_chunks(const Tensor& video);

}  // namespace easel::inference::hunyuan_vae
