#include "inference/upscale/swinir.hpp"

#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/upscale/window_attention.hpp"
#include "inference/weights/blocks_of.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {
namespace {

constexpr int64_t jpeg_window = 7;  // only the models against JPEG artefacts have it; they see pictures in 0..255

// One convolution, or three with fewer channels between them.
struct ResidualConv {
    std::vector<Conv2d> convs;

    explicit ResidualConv(const Weights& w) {
        if (w.contains("weight"))
            convs.emplace_back(w);
        else
            for (const int64_t i : {0, 2, 4})
                convs.emplace_back(w / i);
    }

    Tensor operator()(Tensor x) const {
        for (std::size_t i = 0; i < convs.size(); ++i) {
            if (i > 0) x = at::leaky_relu(x, 0.2);
            x = convs[i](x);
        }
        return x;
    }
};

struct SwinBlock {
    LayerNorm norm1, norm2;
    WindowAttention attention;
    Linear fc1, fc2;
    int64_t shift;

    SwinBlock(const Weights& w, int64_t window, int64_t shift_)
        : norm1(w / "norm1"), norm2(w / "norm2"), attention(w / "attn", window), fc1(w / "mlp" / "fc1"),
          fc2(w / "mlp" / "fc2"), shift(shift_) {}

    // `x` [batch, h, w, channels]; `mask` is shift_mask's.
    Tensor operator()(const Tensor& x, const Tensor& mask) const {
        const Tensor y = x + attention(norm1(x), shift, mask);
        return y + fc2(at::gelu(fc1(norm2(y))));
    }
};

struct Group {
    std::vector<SwinBlock> blocks;
    ResidualConv conv;

    Group(const Weights& w, int64_t window) : conv(w / "conv") {
        const Weights parts = w / "residual_group" / "blocks";
        for (int64_t i = 0; i < parts.count(); ++i)
            blocks.emplace_back(parts / i, window, i % 2 == 0 ? 0 : window / 2);
    }

    Tensor operator()(const Tensor& x, const Tensor& mask) const {
        Tensor y = x;
        for (const SwinBlock& block : blocks)
            y = block(y, mask);
        return conv(y.permute({0, 3, 1, 2})).permute({0, 2, 3, 1}) + x;
    }
};

int64_t window_of(const Weights& w) {
    const Weight table = w["layers.0.residual_group.blocks.0.attn.relative_position_bias_table"];
    return (static_cast<int64_t>(std::sqrt(static_cast<double>(table.size(0)))) + 1) / 2;
}

class SwinIr final : public UpscaleNetwork {
public:
    explicit SwinIr(const Weights& w)
        : window_(window_of(w)), first_(w.contains("conv_first.1.weight") ? w / "conv_first" / 1 : w / "conv_first"),
          embed_norm_(w / "patch_embed" / "norm"), norm_(w / "norm"), after_(w / "conv_after_body") {
        groups_ = blocks_of<Group>(w / "layers", window_);
        if (w.contains("conv_first.1.weight"))
            unshuffle_ = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(first_.in_channels() / 3))));
        if (w.contains("absolute_pos_embed")) places_ = w["absolute_pos_embed"];
        if (w.contains("conv_last.weight")) last_.emplace(w / "conv_last");
        if (w.contains("conv_before_upsample.0.weight")) before_.emplace(w / "conv_before_upsample" / 0);
        for (int64_t i = 1; w.has_part("conv_up" + std::to_string(i)); ++i)
            nearest_.emplace_back(w / ("conv_up" + std::to_string(i)));
        if (w.has_part("conv_hr")) hr_.emplace(w / "conv_hr");
        for (int64_t i = 0; w.has_part("upsample." + std::to_string(i)); i += 2)
            shuffles_.emplace_back(w / "upsample" / i);
    }

    Tensor operator()(const Tensor& picture) const override {
        const Tensor mean = picture.size(1) == 3
                                ? at::tensor({0.4488, 0.4371, 0.4040}, picture.options()).view({1, 3, 1, 1})
                                : at::zeros({1, 1, 1, 1}, picture.options());
        const double range = window_ == jpeg_window ? 255.0 : 1.0;
        const Tensor scaled = (reflected_to_multiple(picture, window_) - mean) * range;
        const Tensor first = first_(unshuffle_ > 1 ? at::pixel_unshuffle(scaled, unshuffle_) : scaled);
        const Tensor deep = after_(features(first)) + first;
        return rebuilt(deep, scaled) / range + mean;
    }

    int64_t scale() const override {
        int64_t scale = 1;
        for (const Conv2d& shuffle : shuffles_)
            scale *= factor(shuffle);
        return (scale << nearest_.size()) / unshuffle_;
    }
    int64_t out_channels() const { return last_ ? last_->out_channels() : first_.in_channels(); }
    int64_t smallest_side() const override { return 16; }
    int64_t side_multiple() const override { return unshuffle_ * unshuffle_; }

private:
    // How many times larger a convolution before a pixel shuffle makes a side.
    int64_t factor(const Conv2d& conv) const {
        const int64_t channels = before_ ? conv.in_channels() : out_channels();
        return static_cast<int64_t>(std::sqrt(static_cast<double>(conv.out_channels() / channels)));
    }

    Tensor features(const Tensor& x) const {
        const int64_t height = x.size(2), width = x.size(3);
        Tensor y = embed_norm_(x.permute({0, 2, 3, 1}));
        if (places_) y = y + places_.like(x).view({1, height, width, -1});
        const Tensor mask = shift_mask(height, width, window_, window_ / 2, y.options());
        for (const Group& group : groups_)
            y = group(y, mask);
        return norm_(y).permute({0, 3, 1, 2});
    }

    Tensor rebuilt(const Tensor& deep, const Tensor& scaled) const {
        if (!before_ && shuffles_.empty()) return scaled + (*last_)(deep);
        if (!before_) return at::pixel_shuffle(shuffles_[0](deep), factor(shuffles_[0]));
        Tensor x = at::leaky_relu((*before_)(deep), 0.01);
        for (const Conv2d& shuffle : shuffles_)
            x = at::pixel_shuffle(shuffle(x), factor(shuffle));
        for (const Conv2d& up : nearest_)
            x = at::leaky_relu(up(enlarged(x, 2)), 0.2);
        return (*last_)(hr_ ? at::leaky_relu((*hr_)(x), 0.2) : x);
    }

    int64_t window_, unshuffle_ = 1;
    Conv2d first_;
    LayerNorm embed_norm_, norm_;
    ResidualConv after_;
    Weight places_;
    std::vector<Group> groups_;
    std::optional<Conv2d> before_, hr_, last_;
    std::vector<Conv2d> nearest_, shuffles_;
};

}  // namespace

UpscaleArchitecture swinir_architecture() {
    return {
        .name = "SwinIR",
        .matches =
            [](const Weights& w) {
                return w.contains("layers.0.residual_group.blocks.0.norm1.weight") &&
                       w.contains("layers.0.residual_group.blocks.0.mlp.fc1.bias") &&
                       w.contains("layers.0.residual_group.blocks.0.attn.relative_position_index") &&
                       (w.contains("conv_first.weight") || w.contains("conv_first.1.weight"));
            },
        .build = [](const Weights& w) -> std::unique_ptr<const UpscaleNetwork> { return std::make_unique<SwinIr>(w); }};
}

}  // namespace easel::inference
