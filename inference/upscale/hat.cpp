#include "inference/upscale/hat.hpp"

#include "inference/layers/conv.hpp"
#include "inference/layers/norm.hpp"
#include "inference/upscale/window_attention.hpp"
#include "inference/weights/blocks_of.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {
namespace {

constexpr double channel_share = 0.01;  // of the channel attention; not to be told from the weights

int64_t root(int64_t square) { return static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(square)))); }

struct FeedForward {
    Linear in, out;

    explicit FeedForward(const Weights& w) : in(w / "fc1"), out(w / "fc2") {}
    Tensor operator()(const Tensor& x) const { return out(at::gelu(in(x))); }
};

// Convolutions whose channels are weighted by what is seen of the whole picture.
struct ChannelAttention {
    Conv2d squeeze, widen, in, out;

    explicit ChannelAttention(const Weights& w)
        : squeeze(w / "cab" / 0), widen(w / "cab" / 2), in(w / "cab" / 3 / "attention" / 1),
          out(w / "cab" / 3 / "attention" / 3) {}

    // `x` [batch, h, w, channels].
    Tensor operator()(const Tensor& x) const {
        const Tensor y = widen(at::gelu(squeeze(x.permute({0, 3, 1, 2}))));
        const Tensor weight = at::sigmoid(out(at::relu(in(y.mean({2, 3}, /*keepdim=*/true)))));
        return (y * weight).permute({0, 2, 3, 1});
    }
};

struct HybridBlock {
    LayerNorm norm1, norm2;
    WindowAttention attention;
    ChannelAttention channels;
    FeedForward mlp;
    int64_t shift;

    HybridBlock(const Weights& w, int64_t window, int64_t shift_)
        : norm1(w / "norm1"), norm2(w / "norm2"), attention(w / "attn", window), channels(w / "conv_block"),
          mlp(w / "mlp"), shift(shift_) {}

    Tensor operator()(const Tensor& x, const Tensor& mask) const {
        const Tensor own = norm1(x);
        const Tensor y = x + attention(own, shift, mask) + channels(own) * channel_share;
        return y + mlp(norm2(y));
    }
};

// Windows look at larger ones around them.
struct OverlappingBlock {
    LayerNorm norm1, norm2;
    Linear qkv, projection;
    Weight bias_table;  // [(window + larger - 1)^2, heads]
    FeedForward mlp;
    int64_t window, larger;

    OverlappingBlock(const Weights& w, int64_t window_)
        : norm1(w / "norm1"), norm2(w / "norm2"), qkv(w / "qkv"), projection(w / "proj"),
          bias_table(w["relative_position_bias_table"]), mlp(w / "mlp"), window(window_),
          larger(root(bias_table.size(0)) + 1 - window_) {}

    Tensor operator()(const Tensor& x) const {
        const int64_t channels = x.size(3);
        const auto parts = qkv(norm1(x)).chunk(3, -1);
        const Tensor seen = attend_in_windows(to_windows(parts[0], window), larger_windows(parts[1], channels),
                                              larger_windows(parts[2], channels), bias(x), {});
        const Tensor y = x + projection(from_windows(seen, window, x.size(1), x.size(2)));
        return y + mlp(norm2(y));
    }

private:
    // [batch * windows, larger^2, channels]; zeros beyond the picture.
    Tensor larger_windows(const Tensor& x, int64_t channels) const {
        const int64_t margin = (larger - window) / 2;
        const Tensor columns = at::im2col(x.permute({0, 3, 1, 2}).contiguous(), {larger, larger}, {1, 1},
                                          {margin, margin}, {window, window});
        return columns.view({x.size(0), channels, larger * larger, -1})
            .permute({0, 3, 2, 1})
            .reshape({-1, larger * larger, channels});
    }

    // [heads, window^2, larger^2]. The reference's places reach below zero, where they count from the table's end.
    Tensor bias(const Tensor& x) const {
        const int64_t span = window + larger - 1;
        const auto rows = [](int64_t size) { return at::floor_divide(at::arange(size * size, at::kLong), size); };
        const auto columns = [](int64_t size) { return at::remainder(at::arange(size * size, at::kLong), size); };
        const auto differences = [&](const Tensor& outer, const Tensor& inner) {
            return outer - inner.unsqueeze(1) + (window - larger + 1);
        };
        Tensor index = differences(rows(larger), rows(window)) * span + differences(columns(larger), columns(window));
        index = at::remainder(index, bias_table.size(0)).to(x.device());
        return bias_table.like(x)
            .index_select(0, index.flatten())
            .view({window * window, larger * larger, -1})
            .permute({2, 0, 1});
    }
};

struct Group {
    std::vector<HybridBlock> blocks;
    OverlappingBlock overlapping;
    std::optional<Conv2d> conv;

    Group(const Weights& w, int64_t window) : overlapping(w / "residual_group" / "overlap_attn", window) {
        const Weights parts = w / "residual_group" / "blocks";
        for (int64_t i = 0; i < parts.count(); ++i)
            blocks.emplace_back(parts / i, window, i % 2 == 0 ? 0 : window / 2);
        if (w.has_part("conv")) conv.emplace(w / "conv");
    }

    Tensor operator()(const Tensor& x, const Tensor& mask) const {
        Tensor y = x;
        for (const HybridBlock& block : blocks)
            y = block(y, mask);
        y = overlapping(y);
        return (conv ? (*conv)(y.permute({0, 3, 1, 2})).permute({0, 2, 3, 1}) : y) + x;
    }
};

class Hat final : public UpscaleNetwork {
public:
    explicit Hat(const Weights& w)
        : window_((root(w["layers.0.residual_group.blocks.0.attn.relative_position_bias_table"].size(0)) + 1) / 2),
          first_(w / "conv_first"), before_(w / "conv_before_upsample" / 0), last_(w / "conv_last"), norm_(w / "norm") {
        groups_ = blocks_of<Group>(w / "layers", window_);
        if (w.has_part("patch_embed.norm")) embed_norm_.emplace(w / "patch_embed" / "norm");
        if (w.contains("absolute_pos_embed")) places_ = w["absolute_pos_embed"];
        if (w.has_part("conv_after_body")) after_.emplace(w / "conv_after_body");
        for (int64_t i = 0; w.has_part("upsample." + std::to_string(i)); i += 2)
            shuffles_.emplace_back(w / "upsample" / i);
    }

    Tensor operator()(const Tensor& picture) const override {
        const Tensor mean = picture.size(1) == 3
                                ? at::tensor({0.4488, 0.4371, 0.4040}, picture.options()).view({1, 3, 1, 1})
                                : at::zeros({1, 1, 1, 1}, picture.options());
        const Tensor first = first_(reflected_to_multiple(picture - mean, window_));
        const Tensor deep = features(first);
        Tensor x = at::leaky_relu(before_((after_ ? (*after_)(deep) : deep) + first), 0.01);
        for (const Conv2d& shuffle : shuffles_)
            x = at::pixel_shuffle(shuffle(x), factor(shuffle));
        return last_(x) + mean;
    }

    int64_t scale() const override {
        int64_t scale = 1;
        for (const Conv2d& shuffle : shuffles_)
            scale *= factor(shuffle);
        return scale;
    }
    int64_t smallest_side() const override { return 16; }

private:
    static int64_t factor(const Conv2d& conv) { return root(conv.out_channels() / conv.in_channels()); }

    Tensor features(const Tensor& x) const {
        const int64_t height = x.size(2), width = x.size(3);
        Tensor y = x.permute({0, 2, 3, 1});
        if (embed_norm_) y = (*embed_norm_)(y);
        if (places_) y = y + places_.like(x).view({1, height, width, -1});
        const Tensor mask = shift_mask(height, width, window_, window_ / 2, y.options());
        for (const Group& group : groups_)
            y = group(y, mask);
        return norm_(y).permute({0, 3, 1, 2});
    }

    int64_t window_;
    Conv2d first_, before_, last_;
    LayerNorm norm_;
    std::optional<LayerNorm> embed_norm_;
    Weight places_;
    std::optional<Conv2d> after_;
    std::vector<Group> groups_;
    std::vector<Conv2d> shuffles_;
};

}  // namespace

UpscaleArchitecture hat_architecture() {
    return {
        .name = "HAT",
        .matches =
            [](const Weights& w) {
                return w.contains("layers.0.residual_group.overlap_attn.relative_position_bias_table") &&
                       w.contains("conv_first.weight") && w.contains("conv_before_upsample.0.weight");
            },
        .build = [](const Weights& w) -> std::unique_ptr<const UpscaleNetwork> { return std::make_unique<Hat>(w); }};
}

}  // namespace easel::inference
