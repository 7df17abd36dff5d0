#include "inference/image/depth_pictures.hpp"

#include <cmath>
#include <vector>

namespace easel::inference {
namespace {

constexpr double least_sky = 0.3;
constexpr double smallest_range = 1e-6;

// `function` of each element of the first dimension.
template <class Function>
Tensor each(const Tensor& x, const Function& function) {
    std::vector<Tensor> results;
    for (int64_t i = 0; i < x.size(0); ++i)
        results.push_back(function(i));
    return at::stack(results);
}

// c[0] + c[1] x + c[2] x^2 + ...
Tensor polynomial(const Tensor& x, at::ArrayRef<double> c) {
    Tensor sum = at::full_like(x, c.back());
    for (std::size_t i = c.size() - 1; i-- > 0;)
        sum = sum * x + c[i];
    return sum;
}

}  // namespace

Tensor turbo_colors(const Tensor& values) {
    const Tensor x = values.clamp(0, 1);
    return at::stack({polynomial(x, {0.13572138, 4.61539260, -42.66032258, 132.13108234, -152.94239396, 59.28637943}),
                      polynomial(x, {0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604}),
                      polynomial(x, {0.10667330, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973})},
                     -1)
        .clamp(0, 1);
}

Tensor quantile_of(const Tensor& values, double q) {
    const Tensor flat = values.flatten();
    const double place = q * static_cast<double>(flat.size(0) - 1);
    const auto below = static_cast<int64_t>(place);
    const auto ranked = [&](int64_t rank) { return std::get<0>(flat.kthvalue(rank + 1)); };
    const Tensor low = ranked(below);
    if (below + 1 >= flat.size(0)) return low;
    return at::lerp(low, ranked(below + 1), place - static_cast<double>(below));
}

Tensor grey(const Tensor& values) { return values.unsqueeze(-1).repeat({1, 1, 1, 3}); }

Tensor near_is_white(const Tensor& depth, const Tensor& sky) {
    return each(depth, [&](int64_t i) {
        const Tensor ground = sky.defined() ? sky[i] < least_sky : at::ones_like(depth[i], at::kBool);
        const bool has_ground = ground.any().item<bool>();
        const Tensor counted = has_ground ? depth[i].masked_select(ground) : depth[i];
        const Tensor nearest = quantile_of(counted, 0.01);
        const Tensor range = (quantile_of(counted, 0.99) - nearest).clamp_min(smallest_range);
        const Tensor white = 1.0 - ((depth[i] - nearest) / range).clamp(0, 1);
        return sky.defined() ? white.masked_fill(ground.logical_not(), 0) : white;
    });
}

Tensor stretched_near_is_white(const Tensor& depth) {
    const Tensor nearest = depth.amin({-2, -1}, /*keepdim=*/true);
    const Tensor range = (depth.amax({-2, -1}, /*keepdim=*/true) - nearest).clamp_min(smallest_range);
    return 1.0 - ((depth - nearest) / range).clamp(0, 1);
}

Tensor with_sky_behind(const Tensor& depth, const Tensor& sky) {
    return each(depth, [&](int64_t i) {
        constexpr int64_t fewest = 10;
        const Tensor ground = sky[i] < least_sky;
        const int64_t count = ground.sum().item<int64_t>();
        if (count <= fewest || ground.numel() - count <= fewest) return depth[i].clone();
        return at::where(ground, depth[i], quantile_of(depth[i].masked_select(ground), 0.99));
    });
}

Tensor stretched(const Tensor& values) {
    return each(values, [&](int64_t i) {
        const Tensor least = values[i].min(), most = values[i].max();
        return (most > least).item<bool>() ? (values[i] - least) / (most - least) : at::ones_like(values[i]);
    });
}

}  // namespace easel::inference
