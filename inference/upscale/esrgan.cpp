#include "inference/upscale/esrgan.hpp"

#include "inference/layers/conv.hpp"

#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {
namespace {

constexpr double slope = 0.2, residual = 0.2;

Tensor activated(const Tensor& x) { return at::leaky_relu(x, slope); }

// Five convolutions that each read all that came before.
struct DenseBlock {
    std::vector<Conv2d> convs;
    std::optional<Conv2d> shortcut;  // ESRGAN+: its 1x1 convolution of the input joins the second and fourth

    explicit DenseBlock(const Weights& w) {
        for (const char* name : {"conv1", "conv2", "conv3", "conv4", "conv5"}) {
            const Weights conv = w / name;
            convs.emplace_back(conv.contains("weight") ? conv : conv / 0);
        }
        if (w.has_part("conv1x1")) shortcut.emplace(w / "conv1x1");
    }

    Tensor operator()(const Tensor& x) const {
        std::vector<Tensor> seen{x};
        for (std::size_t i = 0; i + 1 < convs.size(); ++i) {
            Tensor y = activated(convs[i](at::cat(seen, 1)));
            if (shortcut && i == 1) y = y + (*shortcut)(x);
            if (shortcut && i == 3) y = y + seen[2];
            seen.push_back(y);
        }
        return x + convs.back()(at::cat(seen, 1)) * residual;
    }
};

struct ResidualBlock {
    std::array<DenseBlock, 3> dense;

    explicit ResidualBlock(const Weights& w)
        : dense{DenseBlock(w / part(w, 1)), DenseBlock(w / part(w, 2)), DenseBlock(w / part(w, 3))} {}

    Tensor operator()(const Tensor& x) const { return x + dense[2](dense[1](dense[0](x))) * residual; }

    static std::string part(const Weights& w, int64_t index) {
        const std::string number = std::to_string(index);
        return (w.has_part("RDB" + number) ? "RDB" : "rdb") + number;
    }
};

// Where a file keeps the parts of the network.
struct Layout {
    std::string first, blocks, after, hr, last;
    std::vector<std::string> ups;
    int64_t block_count = 0;
};

bool is_old(const Weights& w) { return w.contains("model.0.weight"); }

// A flat list: first convolution, the trunk, then for each doubling a resize, a convolution and an activation, then
// convolution, activation and convolution.
Layout old_layout(const Weights& w) {
    Layout layout{.first = "model.0", .blocks = "model.1.sub", .after = {}, .hr = {}, .last = {}, .ups = {}};
    layout.block_count = w.count("model.1.sub") - 1;
    layout.after = "model.1.sub." + std::to_string(layout.block_count);
    int64_t last = 0;
    for (int64_t i = 2; i < 100; ++i)
        if (w.contains("model." + std::to_string(i) + ".weight")) last = i;
    for (int64_t i = 3; i <= last - 4; i += 3)
        layout.ups.push_back("model." + std::to_string(i));
    layout.hr = "model." + std::to_string(last - 2);
    layout.last = "model." + std::to_string(last);
    return layout;
}

Layout new_layout(const Weights& w) {
    const bool real = w.has_part("body");  // Real-ESRGAN's names, not those of BSRGAN
    Layout layout{.first = "conv_first",
                  .blocks = real ? "body" : "RRDB_trunk",
                  .after = real ? "conv_body" : "trunk_conv",
                  .hr = w.has_part("conv_hr") ? "conv_hr" : "HRconv",
                  .last = "conv_last",
                  .ups = {}};
    layout.block_count = w.count(layout.blocks);
    for (int64_t i = 1; i < 10; ++i)
        for (const char* name : {"upconv", "conv_up"})
            if (w.has_part(name + std::to_string(i))) layout.ups.push_back(name + std::to_string(i));
    return layout;
}

class Esrgan final : public UpscaleNetwork {
public:
    explicit Esrgan(const Weights& w) : Esrgan(w, is_old(w) ? old_layout(w) : new_layout(w)) {}

    Tensor operator()(const Tensor& picture) const override {
        const int64_t height = picture.size(2), width = picture.size(3);
        Tensor x = picture;
        if (unshuffle_ > 1) x = at::pixel_unshuffle(reflected_to_multiple(x, unshuffle_), unshuffle_);
        x = first_(x);
        Tensor y = x;
        for (const ResidualBlock& block : blocks_)
            y = block(y);
        x = x + after_(y);
        for (const Conv2d& up : ups_)
            x = activated(up(enlarged(x, 2)));
        x = last_(activated(hr_(x)));
        return x.narrow(2, 0, height * scale()).narrow(3, 0, width * scale());
    }

    int64_t scale() const override { return (int64_t{1} << ups_.size()) / unshuffle_; }
    int64_t smallest_side() const override { return unshuffle_ > 1 ? 4 : 2; }
    int64_t side_multiple() const override { return unshuffle_ > 1 ? 4 : 1; }

private:
    Esrgan(const Weights& w, const Layout& layout)
        : first_(w / layout.first), after_(w / layout.after), hr_(w / layout.hr), last_(w / layout.last) {
        for (int64_t i = 0; i < layout.block_count; ++i)
            blocks_.emplace_back(w / layout.blocks / i);
        for (const std::string& up : layout.ups)
            ups_.emplace_back(w / up);
        // Real-ESRGAN's smaller factors fold pixels into channels first.
        const int64_t folded = first_.in_channels() / last_.out_channels();
        if (folded == 4 || folded == 16) unshuffle_ = folded == 4 ? 2 : 4;
    }

    Conv2d first_, after_, hr_, last_;
    std::vector<ResidualBlock> blocks_;
    std::vector<Conv2d> ups_;
    int64_t unshuffle_ = 1;
};

}  // namespace

UpscaleArchitecture esrgan_architecture() {
    return {
        .name = "ESRGAN",
        .matches =
            [](const Weights& w) {
                return w.contains("model.1.sub.0.RDB1.conv1.0.weight") || w.contains("body.0.rdb1.conv1.weight") ||
                       w.contains("RRDB_trunk.0.RDB1.conv1.weight");
            },
        .build = [](const Weights& w) -> std::unique_ptr<const UpscaleNetwork> { return std::make_unique<Esrgan>(w); }};
}

}  // namespace easel::inference
