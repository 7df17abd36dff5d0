#include "inference/models/sd/picture_unets.hpp"

#include "inference/image/resize.hpp"
#include "inference/sampling/concat_input.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>

namespace easel::inference::sd {
namespace {

// How much is left of a picture after `level` of a thousand steps whose variances rise from 1e-4 to 0.02, the square
// roots evenly.
double picture_left(int64_t level) {
    const double first = std::sqrt(1e-4), last = std::sqrt(0.02);
    double left = 1.0;
    for (int64_t step = 0; step <= level; ++step) {
        const double root = first + (last - first) * static_cast<double>(step) / 999.0;
        left *= 1.0 - root * root;
    }
    return left;
}

}  // namespace

void VideoUNet::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    UNet::set_inputs(input, condition, target);
    input.extra["video_frames"] = at::scalar_tensor(target.shape[0], at::kLong);
}

void ViewUNet::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    UNet::set_inputs(input, condition, target);
    if (input.context.defined() && input.context.size(-1) == view_.in_features())
        input.context = view_(input.context.to(weights_.device(), weights_.compute_dtype())).to(at::kFloat);
}

void UpscalerUNet::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    constexpr double noise_levels = 350.0;
    input.context = condition.cross;
    const int64_t height = target.shape[2], width = target.shape[3];
    const auto given = condition.extra.find("concat_image");
    Tensor picture =
        given == condition.extra.end() ? at::zeros({target.shape[0], 3, height, width}, at::kFloat) : given->second;
    if (picture.size(2) != height || picture.size(3) != width)
        picture = resize(picture, width, height, "bilinear", Crop::center);
    input.concat = spread_to_batch(picture, target.shape[0]);
    const auto noise = condition.extra.find("noise_augmentation");
    const double share = noise == condition.extra.end() ? 0.0 : noise->second.item<double>();
    input.vector = at::full({1, 1}, std::nearbyint(noise_levels * share), at::kFloat);
    if (share > 0.0) {
        input.extra["noisy_pictures"] = at::scalar_tensor(picture.size(0), at::kLong);
        input.extra["noise_level"] =
            at::scalar_tensor(static_cast<int64_t>(std::nearbyint(noise_levels * share)), at::kLong);
    }
}

// The picture's noise follows from the seed, which is known here and not when the condition is made ready.
Tensor UpscalerUNet::predict(const NetworkInput& input) const {
    const Tensor pictures = input.find("noisy_pictures");
    if (!pictures.defined()) return UNet::predict(input);
    constexpr uint64_t seed_offset = 10;
    const at::Generator& drawn = input.evaluation.generator;
    at::Generator generator =
        at::detail::createCPUGenerator((drawn.defined() ? drawn.current_seed() : 0) - seed_offset);
    const Tensor& clean = input.concat;
    const int64_t sides = std::max<int64_t>(static_cast<int64_t>(input.evaluation.sides.size()), 1);
    const Tensor noise = at::randn({pictures.item<int64_t>(), clean.size(1), clean.size(2), clean.size(3)}, generator,
                                   at::TensorOptions().dtype(at::kFloat));
    const Tensor each = spread_to_batch(noise, clean.size(0) / sides).repeat({sides, 1, 1, 1}).to(clean.options());
    const double left = picture_left(input.find("noise_level").item<int64_t>());
    NetworkInput changed = input;
    changed.concat = clean * std::sqrt(left) + each * std::sqrt(1.0 - left);
    return UNet::predict(changed);
}

}  // namespace easel::inference::sd
