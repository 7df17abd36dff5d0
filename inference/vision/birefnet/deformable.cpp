#include "inference/vision/birefnet/deformable.hpp"

namespace easel::inference::birefnet {

Tensor DeformableConv::operator()(const Tensor& x) const {
    const int64_t kernel = weight.size(-1), half = kernel / 2, height = x.size(2), width = x.size(3);
    const Tensor offsets = offset(x);                        // [batch, taps * (y, x), h, w]
    const Tensor factors = at::sigmoid(modulator(x)) * 2.0;  // [batch, taps, h, w]
    const Tensor taps = weight.like(x).flatten(2);           // [out, in, taps]
    const Tensor rows = at::arange(height, x.options()).unsqueeze(1);
    const Tensor columns = at::arange(width, x.options());
    Tensor result;
    for (int64_t tap = 0; tap < kernel * kernel; ++tap) {
        const Tensor y = offsets.select(1, 2 * tap) + rows + static_cast<double>(tap / kernel - half);
        const Tensor across = offsets.select(1, 2 * tap + 1) + columns + static_cast<double>(tap % kernel - half);
        const Tensor places = at::stack({(across * 2.0 + 1.0) / static_cast<double>(width) - 1.0,
                                         (y * 2.0 + 1.0) / static_cast<double>(height) - 1.0},
                                        -1);
        const Tensor read = at::grid_sampler_2d(x, places, /*interpolation_mode=*/0, /*padding_mode=*/0,
                                                /*align_corners=*/false) *
                            factors.narrow(1, tap, 1);
        const Tensor part = at::conv2d(read, taps.select(2, tap).unsqueeze(-1).unsqueeze(-1));
        result = result.defined() ? result.add_(part) : part;
    }
    return result;
}

Pyramid::Pyramid(const Weights& w)
    : pooled_(w / "global_avg_pool" / 1), pooled_norm_(w / "global_avg_pool" / 2), joined_(w / "conv1"),
      joined_norm_(w / "bn1") {
    parts_.emplace_back(w / "aspp1");
    for (int64_t i = 0; i < w.count("aspp_deforms"); ++i)
        parts_.emplace_back(w / "aspp_deforms" / i);
}

Tensor Pyramid::operator()(const Tensor& x) const {
    std::vector<Tensor> seen;
    for (const Part& part : parts_)
        seen.push_back(at::relu(part.norm(part.conv(x))));
    const Tensor whole = at::relu(pooled_norm_(pooled_(x.mean({2, 3}, /*keepdim=*/true))));
    seen.push_back(whole.expand({-1, -1, x.size(2), x.size(3)}));
    return at::relu(joined_norm_(joined_(at::cat(seen, 1))));
}

}  // namespace easel::inference::birefnet
