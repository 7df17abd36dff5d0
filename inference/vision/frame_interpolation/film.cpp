#include "inference/vision/frame_interpolation/film.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

constexpr std::size_t levels = 7;         // sizes at which a frame is looked at
constexpr std::size_t joined_levels = 5;  // sizes that are joined

Tensor film_activation(const Tensor& x) { return at::leaky_relu(x, 0.2); }

Conv2d conv(const Weights& w) { return Conv2d(w / "conv"); }

// A convolution with an even kernel keeps the size by a row and a column of zeros behind the picture.
Tensor with_even_kernel(const Conv2d& even, const Tensor& x) {
    return at::conv2d(at::constant_pad_nd(x, {0, 1, 0, 1}), even.weight.like(x), even.bias.like(x));
}

// `x` read at places that `flow` [batch, 2, h, w] moves by so many pixels; the border goes on outside.
Tensor warped_by_centres(const Tensor& x, const Tensor& flow) {
    const auto centres = [&](int64_t length) {
        const double edge = 1.0 - 1.0 / static_cast<double>(length);
        return at::linspace(-edge, edge, length, x.options());
    };
    const int64_t height = flow.size(2), width = flow.size(3);
    const Tensor across = centres(width) + flow.select(1, 0) / (static_cast<double>(width) * 0.5);
    const Tensor down = centres(height).unsqueeze(1) + flow.select(1, 1) / (static_cast<double>(height) * 0.5);
    return at::grid_sampler_2d(x, at::stack({across, down}, -1), /*interpolation_mode=*/0, /*padding_mode=*/1,
                               /*align_corners=*/false);
}

// A coarser flow at this size, in its pixels.
Tensor doubled(const Tensor& flow, const Tensor& like) {
    return at::upsample_bilinear2d(flow, like.sizes().slice(2), /*align_corners=*/false) * 2.0;
}

}  // namespace

Film::Film(const Weights& w) : out_(w / "fuse" / "output_conv") {
    const Weights extractor = w / "extract" / "extract_sublevels" / "convs";
    for (int64_t i = 0; i < extractor.count(); ++i)
        extractor_.push_back({conv(extractor / i / 0), conv(extractor / i / 1)});
    const auto add_estimator = [&](const Weights& estimator) {
        auto& convs = estimators_.emplace_back();
        for (int64_t i = 0; i < estimator.count("_convs"); ++i)
            convs.push_back(conv(estimator / "_convs" / i));
    };
    const Weights flow = w / "predict_flow";
    for (int64_t i = flow.count("_predictors") - 1; i >= 0; --i)
        add_estimator(flow / "_predictors" / i);
    add_estimator(flow / "_predictor");
    const Weights fusion = w / "fuse" / "convs";
    for (int64_t i = 0; i < fusion.count(); ++i)
        fusion_.push_back({conv(fusion / i / 0), conv(fusion / i / 1), conv(fusion / i / 2)});
}

// Features of a level: the extractor's first step at this size beside later steps that began at finer ones.
FrameFeatures Film::look(const Tensor& frame) const {
    FrameFeatures seen{.frame = frame, .pictures = {frame}, .levels = {}};
    while (seen.pictures.size() < levels)
        seen.pictures.push_back(at::avg_pool2d(seen.pictures.back(), 2, 2));
    std::vector<Levels> steps;  // [size at which it began][halvings since]
    for (std::size_t size = 0; size < levels; ++size) {
        const std::size_t wanted = std::min(levels - size, extractor_.size());
        Tensor x = seen.pictures[size];
        Levels& own = steps.emplace_back();
        for (std::size_t i = 0; i < wanted; ++i) {
            x = film_activation(extractor_[i][1](film_activation(extractor_[i][0](x))));
            own.push_back(x);
            if (i + 1 < wanted) x = at::avg_pool2d(x, 2, 2);
        }
    }
    for (std::size_t size = 0; size < levels; ++size) {
        Levels parts;
        for (std::size_t i = 0; i < extractor_.size() && i <= size; ++i)
            parts.push_back(steps[size - i][i]);
        seen.levels.push_back(at::cat(parts, 1));
    }
    return seen;
}

Film::Levels Film::flows(const Levels& from, const Levels& to) const {
    Levels corrections(levels);
    Tensor flow;
    Levels result(levels);
    for (std::size_t level = levels; level-- > 0;) {
        const auto& estimator = estimators_[std::min(level, estimators_.size() - 1)];
        const bool is_coarsest = !flow.defined();
        if (!is_coarsest) flow = doubled(flow, from[level]);
        Tensor x = at::cat({from[level], is_coarsest ? to[level] : warped_by_centres(to[level], flow)}, 1);
        for (std::size_t i = 0; i < estimator.size(); ++i)
            x = i + 1 < estimator.size() ? film_activation(estimator[i](x)) : estimator[i](x);
        flow = is_coarsest ? x : flow + x;
        result[level] = flow;
    }
    result.resize(joined_levels);
    return result;
}

Tensor Film::fused(const Levels& aligned) const {
    Tensor x = aligned.back();
    for (std::size_t i = 0; i < fusion_.size(); ++i) {
        const Tensor& finer = aligned[fusion_.size() - 1 - i];
        x = with_even_kernel(fusion_[i][0], at::upsample_nearest2d(x, finer.sizes().slice(2)));
        x = film_activation(fusion_[i][2](film_activation(fusion_[i][1](at::cat({finer, x}, 1)))));
    }
    return out_(x);
}

Tensor Film::between(const FrameFeatures& first, const FrameFeatures& second, const std::vector<double>& times) const {
    const Levels forward = flows(first.levels, second.levels), backward = flows(second.levels, first.levels);
    Levels drawn;
    for (const double time : times) {
        Levels aligned;
        for (std::size_t level = 0; level < joined_levels; ++level) {
            const Tensor to_first = backward[level] * time, to_second = forward[level] * (1.0 - time);
            const auto seen = [&](const FrameFeatures& frame, const Tensor& flow) {
                return warped_by_centres(at::cat({frame.pictures[level], frame.levels[level]}, 1), flow);
            };
            aligned.push_back(at::cat({seen(first, to_first), seen(second, to_second), to_first, to_second}, 1));
        }
        drawn.push_back(fused(aligned));
    }
    return at::cat(drawn);
}

}  // namespace easel::inference
