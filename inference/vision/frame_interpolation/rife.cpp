#include "inference/vision/frame_interpolation/rife.hpp"

#include "inference/weights/blocks_of.hpp"

#include <array>
#include <string>

namespace easel::inference {
namespace {

constexpr double scales[] = {16, 8, 4, 2, 1};

Tensor rife_activation(const Tensor& x) { return at::leaky_relu(x, 0.2); }

Tensor scaled(const Tensor& x, double factor) {
    if (factor == 1.0) return x;
    return at::upsample_bilinear2d(x, at::OptionalIntArrayRef(), /*align_corners=*/false,
                                   std::array<double, 2>{factor, factor});
}

// `x` read at places that `flow` [batch, 2, h, w] moves by so many pixels; the border goes on outside.
Tensor warped_by_corners(const Tensor& x, const Tensor& flow) {
    const auto places = [&](int64_t length) { return at::linspace(-1.0, 1.0, length, x.options()); };
    const int64_t height = x.size(2), width = x.size(3);
    const Tensor across = places(width) + flow.select(1, 0) / ((static_cast<double>(width) - 1.0) / 2.0);
    const Tensor down = places(height).unsqueeze(1) + flow.select(1, 1) / ((static_cast<double>(height) - 1.0) / 2.0);
    return at::grid_sampler_2d(x, at::stack({across, down}, -1), /*interpolation_mode=*/0, /*padding_mode=*/1,
                               /*align_corners=*/true);
}

}  // namespace

Rife::Block::Block(const Weights& w)
    : first(w / "conv0" / 0 / 0, 2, 1), second(w / "conv0" / 1 / 0, 2, 1), last(w / "lastconv" / 0) {
    for (int64_t i = 0; i < w.count("convblock"); ++i)
        residuals.push_back({Conv2d(w / "convblock" / i / "conv"), (w / "convblock" / i)["beta"]});
}

Tensor Rife::Block::operator()(const Tensor& x, const Tensor& flow, double scale) const {
    Tensor y = scaled(x, 1.0 / scale);
    if (flow.defined()) y = at::cat({y, scaled(flow, 1.0 / scale) / scale}, 1);
    y = rife_activation(second(rife_activation(first(y))));
    for (const Residual& residual : residuals)
        y = rife_activation(at::addcmul(y, residual.conv(y), residual.strength.like(y)));
    return scaled(at::pixel_shuffle(last(y), 2), scale);
}

Rife::Rife(const Weights& w) : encoder_out_(w / "encode" / "cnn3") {
    for (int64_t i = 0; i < 3; ++i)
        encoder_.emplace_back(w / "encode" / ("cnn" + std::to_string(i)), i == 0 ? 2 : 1, 1);
    blocks_ = blocks_of<Block>(w / "blocks");
}

FrameFeatures Rife::look(const Tensor& frame) const {
    Tensor x = frame;
    for (const Conv2d& conv : encoder_)
        x = rife_activation(conv(x));
    return {.frame = frame, .pictures = {}, .levels = {encoder_out_(x)}};
}

Tensor Rife::between(const FrameFeatures& first, const FrameFeatures& second, const std::vector<double>& times) const {
    std::vector<Tensor> drawn;
    for (const double time : times) {
        const Tensor moment = at::full_like(first.frame.narrow(1, 0, 1), time);
        Tensor flow, mask, features, from_first = first.frame, from_second = second.frame;
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            std::vector<Tensor> seen{from_first, from_second, first.levels[0], second.levels[0], moment};
            if (flow.defined()) {
                seen[2] = warped_by_corners(first.levels[0], flow.narrow(1, 0, 2));
                seen[3] = warped_by_corners(second.levels[0], flow.narrow(1, 2, 2));
                seen.insert(seen.end(), {mask, features});
            }
            const Tensor step = blocks_[i](at::cat(seen, 1), flow, scales[i]);
            const Tensor change = step.narrow(1, 0, 4) * scales[i];
            flow = flow.defined() ? flow + change : change;
            mask = step.narrow(1, 4, 1);
            features = step.slice(1, 5);
            from_first = warped_by_corners(first.frame, flow.narrow(1, 0, 2));
            from_second = warped_by_corners(second.frame, flow.narrow(1, 2, 2));
        }
        drawn.push_back(at::lerp(from_second, from_first, at::sigmoid(mask)));
    }
    return at::cat(drawn);
}

}  // namespace easel::inference
