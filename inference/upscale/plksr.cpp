#include "inference/upscale/plksr.hpp"

#include "inference/layers/conv.hpp"
#include "inference/layers/norm.hpp"

#include <cmath>
#include <optional>
#include <vector>

namespace easel::inference {
namespace {

constexpr int64_t norm_groups = 4;  // not to be told from the weights; what the published models have

// Over the channels of [batch, channels, h, w].
struct ChannelNorm {
    Weight weight, bias;

    Tensor operator()(const Tensor& x) const {
        return at::layer_norm(x.permute({0, 2, 3, 1}), weight.shape(), weight.like(x), bias.like(x), 1e-6)
            .permute({0, 3, 1, 2});
    }
};

struct Block {
    Conv2d widen, narrow, large, refine;
    std::optional<Conv2d> gate;
    std::optional<GroupNorm> norm;
    std::optional<ChannelNorm> first_norm;

    explicit Block(const Weights& w)
        : widen(w / "channel_mixer" / 0), narrow(w / "channel_mixer" / 2), large(w / "lk" / "conv"),
          refine(w / "refine") {
        if (w.has_part("attn.f.0")) gate.emplace(w / "attn" / "f" / 0);
        if (w.has_part("norm")) norm.emplace(w / "norm", 1e-5, norm_groups);
        if (w.has_part("layer_norm")) first_norm = {(w / "layer_norm")["weight"], (w / "layer_norm")["bias"]};
    }

    Tensor operator()(const Tensor& x) const {
        Tensor y = first_norm ? (*first_norm)(x) : x;
        y = narrow(at::mish(widen(y)));
        const int64_t part = large.in_channels();  // only these channels see the large kernel
        y = at::cat({large(y.narrow(1, 0, part).contiguous()), y.narrow(1, part, y.size(1) - part)}, 1);
        if (gate) y = y * at::sigmoid((*gate)(y));
        y = refine(y);
        return x + (norm ? (*norm)(y) : y);
    }
};

// Resampling at places that depend on the picture (Liu et al. 2023).
struct DySample {
    Conv2d offset, scope;
    std::optional<Conv2d> end;
    Weight places;  // where the samples of one cell lie when nothing moves them
    int64_t scale;

    DySample(const Weights& w, int64_t scale_)
        : offset(w / "offset"), scope(w / "scope"), places(w["init_pos"]), scale(scale_) {
        if (w.has_part("end_conv")) end.emplace(w / "end_conv");
    }

    Tensor operator()(const Tensor& x) const {
        const int64_t batch = x.size(0), height = x.size(2), width = x.size(3);
        const int64_t groups = offset.out_channels() / (2 * scale * scale);
        const Tensor moved = (offset(x) * at::sigmoid(scope(x)) * 0.5 + places.like(x)).contiguous();
        const Tensor rows = at::arange(height, x.options()) + 0.5, columns = at::arange(width, x.options()) + 0.5;
        const Tensor centres = at::stack({columns.expand({height, width}), rows.unsqueeze(1).expand({height, width})});
        const Tensor sides = at::tensor({static_cast<double>(width), static_cast<double>(height)}, x.options());
        Tensor grid = (centres.view({1, 2, 1, height, width}) + moved.view({batch, 2, -1, height, width})) * 2 /
                          sides.view({1, 2, 1, 1, 1}) -
                      1;
        grid = at::pixel_shuffle(grid.reshape({batch, -1, height, width}), scale)
                   .view({batch, 2, -1, scale * height, scale * width})
                   .permute({0, 2, 3, 4, 1})
                   .contiguous()
                   .flatten(0, 1);
        constexpr int64_t bilinear = 0, border = 1;
        const Tensor sampled = at::grid_sampler(x.contiguous().view({batch * groups, -1, height, width}), grid,
                                                bilinear, border, /*align_corners=*/false)
                                   .view({batch, -1, scale * height, scale * width});
        return end ? (*end)(sampled) : sampled;
    }
};

class RealPlksr final : public UpscaleNetwork {
public:
    explicit RealPlksr(const Weights& w)
        : first_(w / "feats" / 0), last_(w / "feats" / (last_index(w))),
          scale_(static_cast<int64_t>(std::sqrt(static_cast<double>(last_.out_channels() / 3)))) {
        for (int64_t i = 1; (w / "feats" / i).has_part("channel_mixer"); ++i)
            blocks_.emplace_back(w / "feats" / i);
        if (w.contains("to_img.init_pos")) resample_.emplace(w / "to_img", scale_);
    }

    Tensor operator()(const Tensor& picture) const override {
        Tensor x = first_(picture);
        for (const Block& block : blocks_)
            x = block(x);
        x = last_(x) + picture.repeat_interleave(scale_ * scale_, 1);
        return resample_ ? (*resample_)(x) : at::pixel_shuffle(x, scale_);
    }

    int64_t scale() const override { return scale_; }

private:
    // A dropout without weights stands between the blocks and the last convolution.
    static int64_t last_index(const Weights& w) { return w.count("feats") + 1; }

    Conv2d first_, last_;
    int64_t scale_;
    std::vector<Block> blocks_;
    std::optional<DySample> resample_;
};

}  // namespace

UpscaleArchitecture plksr_architecture() {
    return {.name = "RealPLKSR",
            .matches =
                [](const Weights& w) {
                    return w.contains("feats.0.weight") && w.contains("feats.1.lk.conv.weight") &&
                           w.contains("feats.1.channel_mixer.0.weight");
                },
            .build = [](const Weights& w) -> std::unique_ptr<const UpscaleNetwork> {
                return std::make_unique<RealPlksr>(w);
            }};
}

}  // namespace easel::inference
