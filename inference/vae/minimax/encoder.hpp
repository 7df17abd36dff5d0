// The encoder of MiniMax H3's autoencoder for videos: convolutions over space and the frames before.
#pragma once

#include "inference/layers/norm.hpp"
#include "inference/weights/weights.hpp"

#include <array>
#include <optional>
#include <vector>

namespace easel::inference::minimax_vae {

// A convolution over [batch, channels, frames, height, width] that sees this frame and those before it; before the
// first there is nothing.
struct CausalConv {
    Weight weight, bias;  // [out, in, frames, kernel, kernel], [out]
    std::array<int64_t, 3> stride{1, 1, 1};

    CausalConv() = default;
    explicit CausalConv(const Weights& w) : weight(w["weight"]), bias(w.maybe("bias")) {}
    // `x` has the margins that it needs in space.
    Tensor operator()(const Tensor& x) const;
    // The same with margins that mirror what is inside: keeps height and width at a stride of 1.
    Tensor mirrored(const Tensor& x) const;
};

struct Residual {
    GroupNorm norm1, norm2;  // over each frame
    CausalConv conv1, conv2;
    std::optional<CausalConv> shortcut;

    explicit Residual(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

struct Level {
    std::vector<Residual> residuals;
    std::optional<CausalConv> shrink;
};

class Encoder {
public:
    // `w` has `conv_in`, `down`, `norm_out` and `conv_out`.
    explicit Encoder(const Weights& w);

    // [batch, 3, frames, height, width] as [batch, 2 * channels, cells in time, height / 16, width / 16].
    Tensor operator()(const Tensor& x) const;

private:
    CausalConv in_, out_;
    std::vector<Level> levels_;
    GroupNorm norm_;
};

}  // namespace easel::inference::minimax_vae
