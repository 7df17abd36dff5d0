#include "inference/upscale/hunyuan_upsampler.hpp"

#include "inference/vae/hunyuan/blocks.hpp"

#include <array>
#include <vector>

namespace easel::inference {
namespace {

using hunyuan_vae::CausalConv;
using hunyuan_vae::FrameCarry;

constexpr const char* first_of_720 = "blocks.0.block.0.conv.weight";
constexpr const char* first_of_1080 = "up.0.block.0.conv1.conv.weight";

// Residual blocks of three convolutions at one width. (SRModel3DV2)
class PlainUpsampler final : public HunyuanUpsampler {
public:
    explicit PlainUpsampler(const Weights& w)
        : weights_(w), in_(w / "in_conv" / "conv"), out_(w / "out_conv" / "conv") {
        for (int64_t i = 0; i < w.count("blocks"); ++i) {
            const Weights block = w / "blocks" / i / "block";
            blocks_.push_back(
                {CausalConv(block / 0 / "conv"), CausalConv(block / 2 / "conv"), CausalConv(block / 4 / "conv")});
        }
    }

    Tensor operator()(const Tensor& latent) const override {
        FrameCarry carry;
        Tensor x = in_(latent.to(weights_.device(), weights_.compute_dtype()), carry);
        for (const auto& [first, second, third] : blocks_)
            x = x + third(at::silu(second(at::silu(first(x, carry)), carry)), carry);
        return out_(x, carry).to(at::kFloat);
    }

private:
    Weights weights_;
    CausalConv in_, out_;
    std::vector<std::array<CausalConv, 3>> blocks_;
};

// The autoencoder's blocks, several widths one after the other. (Upsampler)
class StagedUpsampler final : public HunyuanUpsampler {
public:
    explicit StagedUpsampler(const Weights& w)
        : weights_(w), in_(w / "conv_in" / "conv"), norm_out_(w / "norm_out"), out_(w / "conv_out" / "conv") {
        for (int64_t i = 0; i < w.count("up"); ++i)
            for (auto& block : hunyuan_vae::residual_blocks(w / "up" / i))
                blocks_.push_back(std::move(block));
    }

    Tensor operator()(const Tensor& latent) const override {
        FrameCarry carry;
        const Tensor z = latent.to(weights_.device(), weights_.compute_dtype());
        Tensor x = in_(z, carry) + z.repeat_interleave(in_.out_channels() / z.size(1), 1);
        for (const auto& block : blocks_)
            x = block(x, carry);
        return out_(norm_out_.then_silu(x), carry).to(at::kFloat);
    }

private:
    Weights weights_;
    CausalConv in_;
    std::vector<hunyuan_vae::ResBlock> blocks_;
    hunyuan_vae::Norm norm_out_;
    CausalConv out_;
};

}  // namespace

bool is_hunyuan_upsampler(const Weights& w) { return w.contains(first_of_720) || w.contains(first_of_1080); }

std::shared_ptr<const HunyuanUpsampler> make_hunyuan_upsampler(const Weights& w) {
    if (w.contains(first_of_720)) return std::make_shared<PlainUpsampler>(w);
    return std::make_shared<StagedUpsampler>(w);
}

}  // namespace easel::inference
