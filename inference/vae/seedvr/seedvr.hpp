// SeedVR2's video autoencoder: 16 channels, an eighth of the size, four frames to one but for the first.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/vae/own_tiling.hpp"
#include "inference/weights/weights.hpp"

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace easel::inference {

namespace seedvr_vae {

// The last frames that each convolution has seen, for the frames to come: a video goes through in pieces.
using FrameMemory = std::map<const void*, Tensor>;

// Over [batch, channels, frames, h, w]; sees no later frames, the first one stands for those before it.
struct CausalConv {
    Weight weight, bias;
    std::array<int64_t, 3> stride{1, 1, 1};
    bool pads_space = true;

    CausalConv() = default;
    explicit CausalConv(const Weights& w) : weight(w["weight"]), bias(w.maybe("bias")) {}
    Tensor operator()(const Tensor& x, FrameMemory& memory) const;
};

struct Residual {
    GroupNorm norm1, norm2;
    CausalConv conv1, conv2;
    std::optional<CausalConv> shortcut;

    explicit Residual(const Weights& w);
    Tensor operator()(const Tensor& x, FrameMemory& memory) const;
};

struct Attention {  // within each frame
    GroupNorm norm;
    Linear q, k, v, out;

    explicit Attention(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

// Residual blocks and a change of size.
struct Stage {
    std::vector<Residual> residuals;
    std::optional<CausalConv> shrink;
    Weight widen, widen_bias;  // to the channels that become space and time
    std::optional<CausalConv> after_widening;

    explicit Stage(const Weights& w);
    Tensor operator()(const Tensor& x, FrameMemory& memory, bool is_start) const;

private:
    Tensor widened(const Tensor& x, bool is_start) const;
};

struct Middle {
    Residual first;
    std::optional<Attention> attention;
    Residual second;

    explicit Middle(const Weights& w);
    Tensor operator()(const Tensor& x, FrameMemory& memory) const;
};

struct Coder {
    CausalConv in;
    std::vector<Stage> stages;
    Middle middle;
    GroupNorm norm;
    CausalConv out;
    bool widens;  // the middle comes first then

    Coder(const Weights& w, const char* stages_name);
    Tensor operator()(const Tensor& x, FrameMemory& memory, bool is_start) const;
};

}  // namespace seedvr_vae

class AutoencoderSeedvr : public Autoencoder, public TilesItself {
public:
    explicit AutoencoderSeedvr(const Weights& w);

    Tensor encode(const Tensor& pixels) const override;
    Tensor decode(const Tensor& latent) const override;
    Tensor encode_tiled(const Tensor& pixels, const Tiling& tiling) const override;
    Tensor decode_tiled(const Tensor& latent, const Tiling& tiling) const override;
    int64_t latent_channels() const override { return decoder_.in.weight.size(1); }
    int64_t downscale_ratio() const override { return 8; }
    int64_t dimensions() const override { return 3; }
    int64_t frames_per_latent() const override { return 4; }

    static bool matches(const Weights& w) { return w.contains("decoder.up_blocks.2.upsamplers.0.upscale_conv.weight"); }

private:
    Tensor prepare(const Tensor& x) const;
    Tensor encoded(const Tensor& pixels) const;
    Tensor decoded(const Tensor& latent) const;

    Weights weights_;
    seedvr_vae::Coder encoder_, decoder_;
};

}  // namespace easel::inference
