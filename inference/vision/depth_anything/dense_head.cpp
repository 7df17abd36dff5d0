#include "inference/vision/depth_anything/dense_head.hpp"

#include "inference/vision/dino2/dino2.hpp"
#include "inference/weights/blocks_of.hpp"

#include <cmath>
#include <string>

namespace easel::inference {
namespace {

constexpr double position_strength = 0.1;

// Sines and cosines [places, dim] of `places`, at frequencies that fall from 1 to 1 / 100.
Tensor waves(const Tensor& places, int64_t dim) {
    const int64_t count = dim / 2;
    const Tensor frequencies = 1.0 / at::pow(100.0, at::arange(count, places.options()) / static_cast<double>(count));
    const Tensor angles = places.unsqueeze(1) * frequencies;
    return at::cat({angles.sin(), angles.cos()}, 1);
}

// `x` [views, channels, h, w] with a little of where its cells are in a picture of this aspect ratio.
Tensor placed(const Tensor& x, double aspect) {
    const int64_t half = x.size(1) / 2, height = x.size(2), width = x.size(3);
    const double diagonal = std::sqrt(aspect * aspect + 1.0);
    const auto axis = [&](double span, int64_t count) {
        const double edge = span * static_cast<double>(count - 1) / static_cast<double>(count);
        return waves(at::linspace(-edge, edge, count, x.options()), half);
    };
    const Tensor across = axis(aspect / diagonal, width).unsqueeze(0).expand({height, width, half});
    const Tensor down = axis(1.0 / diagonal, height).unsqueeze(1).expand({height, width, half});
    return x + at::cat({across, down}, -1).permute({2, 0, 1}) * position_strength;
}

Tensor resized(const Tensor& x, at::IntArrayRef size) {
    return at::upsample_bilinear2d(x, size, /*align_corners=*/true);
}

}  // namespace

DenseHead::Fusion::Fusion(const Weights& w) : joined(w / "resConfUnit2"), out(w / "out_conv") {
    if (w.has_part("resConfUnit1")) finer.emplace(w / "resConfUnit1");
}

Tensor DenseHead::Fusion::operator()(const Tensor& x, const Tensor& fine, at::IntArrayRef size) const {
    const Tensor both = finer && fine.defined() ? x + (*finer)(fine) : x;
    return out(resized(joined(both), size));
}

DenseHead::Rays::Rays(const Weights& w)
    : ladder(DenseHead::ladder(w, "_aux")), first(w / "output_conv2_aux" / 3 / 0), norm(w / "output_conv2_aux" / 3 / 2),
      last(w / "output_conv2_aux" / 3 / 5) {
    before = blocks_of<Conv2d>(w / "output_conv1_aux" / 3);
}

DenseHead::Ladder DenseHead::ladder(const Weights& w, std::string_view suffix) {
    const auto step = [&](const char* name) { return Fusion(w / (name + std::string(suffix))); };
    return {step("refinenet1"), step("refinenet2"), step("refinenet3"), step("refinenet4")};
}

DenseHead::DenseHead(const Weights& w)
    : quadruple_(w["resize_layers.0.weight"]), quadruple_bias_(w["resize_layers.0.bias"]),
      double_(w["resize_layers.1.weight"]), double_bias_(w["resize_layers.1.bias"]),
      halve_(w / "resize_layers" / 3, 2, 1),
      levels_{Conv2d(w / "scratch" / "layer1_rn"), Conv2d(w / "scratch" / "layer2_rn"),
              Conv2d(w / "scratch" / "layer3_rn"), Conv2d(w / "scratch" / "layer4_rn")},
      ladder_(ladder(w / "scratch", "")), middle_(w / "scratch" / "output_conv1"),
      depth_in_(w / "scratch" / "output_conv2" / 0), depth_out_(w / "scratch" / "output_conv2" / 2) {
    projections_ = blocks_of<Conv2d>(w / "projects");
    const Weights scratch = w / "scratch";
    if (scratch.has_part("refinenet1_aux")) {
        norm_.emplace(w / "norm");
        rays_.emplace(scratch);
    } else if (scratch.has_part("sky_output_conv2")) {
        sky_in_.emplace(scratch / "sky_output_conv2" / 0);
        sky_out_.emplace(scratch / "sky_output_conv2" / 2);
    }
}

// Down the ladder from the coarsest level; the last step doubles the size.
Tensor DenseHead::climbed(const Ladder& ladder, const std::array<Tensor, 4>& levels) {
    Tensor x = ladder[3](levels[3], {}, levels[2].sizes().slice(2));
    x = ladder[2](x, levels[2], levels[1].sizes().slice(2));
    x = ladder[1](x, levels[1], levels[0].sizes().slice(2));
    return ladder[0](x, levels[0], {levels[0].size(2) * 2, levels[0].size(3) * 2});
}

DenseHead::Result DenseHead::operator()(const std::vector<Tensor>& cells, int64_t height, int64_t width,
                                        bool wants_rays) const {
    const double aspect = static_cast<double>(width) / static_cast<double>(height);
    const bool knows_places = rays_.has_value();
    const auto with_places = [&](const Tensor& x) { return knows_places ? placed(x, aspect) : x; };
    std::array<Tensor, 4> levels;
    for (std::size_t i = 0; i < 4; ++i) {
        const Tensor own = norm_ ? (*norm_)(cells[i]) : cells[i];
        Tensor x = own.transpose(1, 2).reshape({own.size(0), own.size(2), height / Dino2::patch, width / Dino2::patch});
        x = with_places(projections_[i](x));
        if (i == 0) x = at::conv_transpose2d(x, quadruple_.like(x), quadruple_bias_.like(x), 4);
        if (i == 1) x = at::conv_transpose2d(x, double_.like(x), double_bias_.like(x), 2);
        if (i == 3) x = halve_(x);
        levels[i] = levels_[i](x);
    }
    const Tensor x = with_places(resized(middle_(climbed(ladder_, levels)), {height, width}));
    const Tensor told = depth_out_(at::relu(depth_in_(x)));  // logarithms of depth, and of confidence where there is
    Result result;
    result.depth = told.select(1, 0).exp();
    if (told.size(1) > 1) result.confidence = told.select(1, told.size(1) - 1).exp() + 1.0;
    if (sky_in_) result.sky = at::relu((*sky_out_)(at::relu((*sky_in_)(x)))).squeeze(1);
    if (rays_ && wants_rays) {
        Tensor y = climbed(rays_->ladder, levels);
        for (const Conv2d& conv : rays_->before)
            y = conv(y);
        y = rays_->first(with_places(y)).permute({0, 2, 3, 1});
        y = rays_->last(at::relu(rays_->norm(y).permute({0, 3, 1, 2}))).permute({0, 2, 3, 1});
        result.rays = y.slice(-1, 0, 6);
        result.rays_confidence = y.select(-1, 6).exp() + 1.0;
    }
    return result;
}

}  // namespace easel::inference
