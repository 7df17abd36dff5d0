#include "inference/sampling/given_frames.hpp"

#include "inference/image/resize.hpp"
#include "inference/sampling/concat_input.hpp"

#include <vector>

namespace easel::inference {

Tensor fitted_to(const Tensor& video, const SamplingTarget& target) {
    const at::IntArrayRef shape = target.shape;
    return resize(video, shape.back(), shape[shape.size() - 2], "bilinear", Crop::center);
}

Tensor with_frames(const Tensor& video, int64_t frames) {
    if (video.size(2) < frames) return at::constant_pad_nd(video, {0, 0, 0, 0, 0, frames - video.size(2)});
    return video.narrow(2, 0, frames);
}

Tensor given_frames(const Tensor& mask, const SamplingTarget& target) {
    const at::IntArrayRef shape = target.shape;
    const Tensor one = mask.dim() == 5 ? mask.narrow(1, 0, 1) : mask.reshape({-1, 1, 1, mask.size(-2), mask.size(-1)});
    const Tensor given = 1.0 - one;
    const bool fits = given.size(-1) == shape[4] && given.size(-2) == shape[3];
    return spread_to_batch(with_frames(fits ? given : fitted_to(given, target), shape[2]), shape[0]);
}

Tensor no_given_frames(const SamplingTarget& target) {
    std::vector<int64_t> shape = target.shape.vec();
    shape[1] = 1;
    return at::zeros(shape, at::kFloat);
}

}  // namespace easel::inference
