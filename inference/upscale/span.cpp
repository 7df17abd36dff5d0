#include "inference/upscale/span.hpp"

#include "inference/layers/conv.hpp"

#include <string>
#include <vector>

namespace easel::inference {
namespace {

constexpr double value_range = 255.0;

// A 3x3 convolution that was trained as three in a row (1x1, 3x3, 1x1) beside a 1x1. What the file says is the single
// one is ignored, as in the reference: it is computed from its parts.
struct MergedConv {
    Weight expand, expand_bias, middle, middle_bias, reduce, reduce_bias, shortcut, shortcut_bias;
    mutable Tensor kernel, bias;  // made at first use

    explicit MergedConv(const Weights& w)
        : expand(w["conv.0.weight"]), expand_bias(w["conv.0.bias"]), middle(w["conv.1.weight"]),
          middle_bias(w["conv.1.bias"]), reduce(w["conv.2.weight"]), reduce_bias(w["conv.2.bias"]),
          shortcut(w["sk.weight"]), shortcut_bias(w["sk.bias"]) {}

    int64_t in_channels() const { return shortcut.size(1); }
    int64_t out_channels() const { return shortcut.size(0); }

    Tensor operator()(const Tensor& x) const {
        if (!kernel.defined() || kernel.scalar_type() != x.scalar_type()) merge(x);
        return at::conv2d(x, kernel, bias, 1, 1);
    }

private:
    void merge(const Tensor& x) const {
        const Tensor in = expand.like(x).flatten(1);     // [inner, in]
        const Tensor out = reduce.like(x).flatten(1);    // [out, inner out]
        const Tensor mid = middle.like(x).contiguous();  // [inner out, inner, 3, 3]
        kernel = at::einsum("om,mnhw,ni->oihw", {out, mid, in});
        kernel.select(3, 1).select(2, 1).add_(shortcut.like(x).flatten(1));
        const Tensor inner = at::mv(mid.sum({2, 3}), expand_bias.like(x)) + middle_bias.like(x);
        bias = at::mv(out, inner) + reduce_bias.like(x) + shortcut_bias.like(x);
    }
};

struct AttentionBlock {
    MergedConv first, second, third;

    explicit AttentionBlock(const Weights& w) : first(w / "c1_r"), second(w / "c2_r"), third(w / "c3_r") {}

    struct Result {
        Tensor x, early;
    };
    Result operator()(const Tensor& x) const {
        const Tensor early = first(x);
        // The reference activates in place, so what it hands on as `early` is activated as well.
        const Tensor active = at::silu(early);
        const Tensor late = third(at::silu(second(active)));
        return {(late + x) * (at::sigmoid(late) - 0.5), active};
    }
};

class Span final : public UpscaleNetwork {
public:
    explicit Span(const Weights& w)
        : first_(w / "conv_1"), merged_(w / "conv_2"), joined_(w / "conv_cat"), up_(w / "upsampler" / 0),
          normalised_(!w.contains("no_norm")), shuffle_(pixel_shuffle_of(up_.out_channels(), first_.in_channels())) {
        for (int64_t i = 1; i <= 6; ++i)
            blocks_.emplace_back(w / ("block_" + std::to_string(i)));
    }

    Tensor operator()(const Tensor& picture) const override {
        Tensor x = picture;
        if (normalised_) {
            const Tensor mean = at::tensor({0.4488, 0.4371, 0.4040}, x.options()).view({1, 3, 1, 1});
            x = (x - mean) * value_range;
        }
        const Tensor first = first_(x);
        Tensor after_one, early;
        x = first;
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            auto [next, middle] = blocks_[i](x);
            x = next;
            if (i == 0) after_one = x;
            early = middle;
        }
        x = joined_(at::cat({first, merged_(x), after_one, early}, 1));
        return at::pixel_shuffle(up_(x), shuffle_.scale);
    }

    int64_t scale() const override { return shuffle_.scale; }

private:
    MergedConv first_, merged_;
    Conv2d joined_, up_;
    std::vector<AttentionBlock> blocks_;
    bool normalised_;
    PixelShuffle shuffle_;
};

}  // namespace

UpscaleArchitecture span_architecture() {
    return {
        .name = "SPAN",
        .matches =
            [](const Weights& w) {
                return w.contains("conv_1.sk.weight") && w.contains("block_1.c1_r.sk.weight") &&
                       w.contains("conv_cat.weight") && w.contains("upsampler.0.weight");
            },
        .build = [](const Weights& w) -> std::unique_ptr<const UpscaleNetwork> { return std::make_unique<Span>(w); }};
}

}  // namespace easel::inference
