// The parts of Wan's video autoencoder (Wan team 2025): convolutions that look at earlier frames only, so that a video
// is computed a few frames at a time with the same result as at once. Activations are [batch, channels, frames, h, w]
// with channels innermost in memory.
#pragma once

#include "inference/weights/weights.hpp"

#include <map>
#include <optional>
#include <vector>

namespace easel::inference::wan_vae {

// What the layers remember of the frames before those at hand. One for each run over a video.
class FrameMemory {
public:
    // The frames that `layer` kept, [batch, channels, h, w] each; none at the beginning of the video.
    std::vector<Tensor> recall(const void* layer) const;
    // Copies those that are part of a longer video, which would stay in memory with them.
    void keep(const void* layer, const std::vector<Tensor>& frames);

    // Whether the frames at hand are the video's first, which stand for themselves instead of four.
    bool is_first_chunk() const { return first_; }
    void end_chunk() { first_ = false; }

private:
    std::map<const void*, std::vector<Tensor>> kept_;
    bool first_ = true;
};

// A convolution over time and space; before the first frame are zeros. Keeps height and width.
struct CausalConv {
    Weight weight, bias;  // [out, in, frames, kernel, kernel]

    explicit CausalConv(const Weights& w) : weight(w["weight"]), bias(w.maybe("bias")) {}
    Tensor operator()(const Tensor& x, FrameMemory& memory) const;
};

// Every pixel's channels scaled to the length that `gamma` says.
struct ChannelNorm {
    Weight gamma;  // [channels, 1, 1(, 1)]

    explicit ChannelNorm(const Weights& w) : gamma(w["gamma"]) {}
    Tensor operator()(const Tensor& x) const;
    // The same with a SiLU behind it.
    Tensor then_silu(const Tensor& x) const;
};

struct ResidualBlock {
    ChannelNorm norm1, norm2;
    CausalConv conv1, conv2;
    std::optional<CausalConv> shortcut;

    explicit ResidualBlock(const Weights& w);
    Tensor operator()(const Tensor& x, FrameMemory& memory) const;
};

// Of every pixel of a frame to every pixel of the frame, with one head.
struct FrameAttention {
    ChannelNorm norm;
    Weight qkv, qkv_bias, out, out_bias;

    explicit FrameAttention(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

// A change of resolution by two, in space and perhaps in time.
struct Resample {
    enum class Direction { down, up };

    Direction direction;
    Weight weight, bias;  // of the convolution in space
    Weight time_weight, time_bias;

    Resample(const Weights& w, Direction direction_);
    bool changes_time() const { return time_weight.defined(); }
    Tensor operator()(const Tensor& x, FrameMemory& memory) const;

private:
    Tensor double_frames(const Tensor& x, FrameMemory& memory) const;
    Tensor halve_frames(const Tensor& x, FrameMemory& memory) const;
};

// Two residual blocks around an attention, at the lowest resolution.
struct Middle {
    ResidualBlock first;
    FrameAttention attention;
    ResidualBlock last;

    explicit Middle(const Weights& w) : first(w / 0), attention(w / 1), last(w / 2) {}
    Tensor operator()(const Tensor& x, FrameMemory& memory) const;
};

// Residual blocks, then perhaps a change of resolution. Wan 2.2 leads the input around them, averaged or repeated to
// the new size.
struct Stage {
    std::vector<ResidualBlock> blocks;
    std::optional<Resample> resample;
    bool has_bypass;
    int64_t out_channels;

    Stage(const std::vector<Weights>& layers, Resample::Direction direction, bool has_bypass_);
    Tensor operator()(const Tensor& x, FrameMemory& memory) const;

private:
    Tensor bypass(const Tensor& x, FrameMemory& memory) const;
};

}  // namespace easel::inference::wan_vae
