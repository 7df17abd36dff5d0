#include "inference/image/bislerp.hpp"

namespace easel::inference {
namespace {

// Where each of `length_new` positions lies between two of `length_old`: their indices and the share of the second.
struct Neighbours {
    Tensor first, second;  // int64 [length_new]
    Tensor share;          // float [length_new]
};

Neighbours neighbours(int64_t length_old, int64_t length_new, const at::TensorOptions& options) {
    const auto spread = [&](const Tensor& positions) {
        return at::upsample_bilinear2d(positions.reshape({1, 1, 1, -1}), {1, length_new}, /*align_corners=*/false)
            .flatten();
    };
    const Tensor positions = at::arange(static_cast<double>(length_old), options);
    const Tensor at_first = spread(positions);
    const Tensor at_second = spread(at::clamp_max(positions + 1, static_cast<double>(length_old - 1)));
    return {at_first.to(at::kLong), at_second.to(at::kLong), at_first - at_first.floor()};
}

// Between a and b [vectors, channels] at the shares [vectors, 1]: along the arc, the length linearly. Vectors that
// agree stay as a; opposite ones, which have no arc, are mixed.
Tensor slerp(const Tensor& a, const Tensor& b, const Tensor& share) {
    const auto length = [](const Tensor& v) {
        return at::linalg_vector_norm(v, 2, at::IntArrayRef{-1}, /*keepdim=*/true);
    };
    const auto direction = [](const Tensor& v, const Tensor& norm) {
        return at::where(norm == 0, at::zeros_like(v), v / norm);
    };
    const Tensor length_a = length(a), length_b = length(b);
    const Tensor unit_a = direction(a, length_a), unit_b = direction(b, length_b);

    const Tensor cosine = (unit_a * unit_b).sum(1, /*keepdim=*/true);
    const Tensor angle = at::acos(cosine), sine = at::sin(angle);
    const Tensor turned = at::sin((1.0 - share) * angle) / sine * unit_a + at::sin(share * angle) / sine * unit_b;
    const Tensor result = turned * (length_a * (1.0 - share) + length_b * share);

    const Tensor mixed = a * (1.0 - share) + b * share;
    return at::where(cosine < 1e-5 - 1, mixed, at::where(cosine > 1 - 1e-5, a, result));
}

// Resizes the last dimension of [batch, channels, lines, length].
Tensor resize_lines(const Tensor& samples, int64_t length_new) {
    const int64_t channels = samples.size(1);
    const Neighbours near = neighbours(samples.size(3), length_new, samples.options());
    const auto vectors = [&](const Tensor& index) {
        return samples.index_select(3, index).movedim(1, -1).reshape({-1, channels});
    };
    const Tensor share = near.share.expand({samples.size(0), samples.size(2), -1}).reshape({-1, 1});
    return slerp(vectors(near.first), vectors(near.second), share)
        .reshape({samples.size(0), samples.size(2), length_new, channels})
        .movedim(-1, 1);
}

}  // namespace

Tensor bislerp(const Tensor& samples, int64_t width, int64_t height) {
    const Tensor wide = resize_lines(samples.to(at::kFloat), width);
    return resize_lines(wide.transpose(2, 3), height).transpose(2, 3).contiguous().to(samples.scalar_type());
}

}  // namespace easel::inference
