#include "inference/models/sd/vector_input.hpp"

#include "base/error.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/sampling/concat_input.hpp"

#include <vector>

namespace easel::inference::sd {
namespace {

constexpr int64_t embedding_dim = 256, pixels_per_cell = 8;
constexpr double good_score = 6.0, bad_score = 2.5;

Tensor with_pooled(const Condition& condition, const std::vector<double>& numbers) {
    if (!condition.pooled)
        throw UserError(
            "the conditioning holds no pooled prompt, which SDXL needs: encode the prompt with SDXL's CLIP");
    const Tensor values = at::tensor(numbers, at::kDouble).to(at::kFloat);
    const Tensor embedded = timestep_embedding(values, embedding_dim).flatten().unsqueeze(0);
    const Tensor pooled = condition.pooled->to(at::kCPU, at::kFloat);
    return at::cat({pooled, embedded.expand({pooled.size(0), -1})}, 1);
}

// Height, width, top and left of the picture to imitate.
std::vector<double> size_and_crop(const SizeConditioning& size, const SamplingTarget& target) {
    const auto number = [](int64_t value) { return static_cast<double>(value); };
    return {number(size.height.value_or(target.shape[2] * pixels_per_cell)),
            number(size.width.value_or(target.shape[3] * pixels_per_cell)), number(size.crop_h.value_or(0)),
            number(size.crop_w.value_or(0))};
}

// The condition's input of this name, a number or one for each frame: [1 or frames] in float32.
Tensor numbers_of(const Condition& condition, std::string_view name, double otherwise) {
    const auto found = condition.extra.find(name);
    return found == condition.extra.end() ? at::full({1}, otherwise, at::kFloat)
                                          : found->second.to(at::kCPU, at::kFloat).flatten();
}

Tensor waves_of(const Condition& condition, std::string_view name, double otherwise) {
    return timestep_embedding(numbers_of(condition, name, otherwise), embedding_dim);
}

}  // namespace

Tensor sdxl_vector(const Condition& condition, const SamplingTarget& target) {
    std::vector<double> numbers = size_and_crop(condition.size, target);
    const SizeConditioning& size = condition.size;
    numbers.push_back(size.target_height ? static_cast<double>(*size.target_height) : numbers[0]);
    numbers.push_back(size.target_width ? static_cast<double>(*size.target_width) : numbers[1]);
    return with_pooled(condition, numbers);
}

Tensor refiner_vector(const Condition& condition, const SamplingTarget& target) {
    std::vector<double> numbers = size_and_crop(condition.size, target);
    numbers.push_back(condition.size.aesthetic_score.value_or(target.is_negative ? bad_score : good_score));
    return with_pooled(condition, numbers);
}

Tensor lotus_vector(const Condition&, const SamplingTarget&) {
    const Tensor task = at::tensor({1.0F, 0.0F});
    return at::cat({task.sin(), task.cos()}).unsqueeze(0);
}

Tensor svd_vector(const Condition& condition, const SamplingTarget&) {
    const Tensor rate = timestep_embedding(numbers_of(condition, "fps", 6.0) - 1.0, embedding_dim);
    return at::cat(
        {rate, waves_of(condition, "motion_bucket_id", 127.0), waves_of(condition, "augmentation_level", 0.0)}, 1);
}

Tensor orbit_vector(const Condition& condition, const SamplingTarget&) {
    return waves_of(condition, "augmentation_level", 0.0);
}

Tensor camera_vector(const Condition& condition, const SamplingTarget& target) {
    const auto angle_waves = [](const Tensor& degrees) {
        return timestep_embedding(at::deg2rad(at::fmod(degrees, 360.0)), 2 * embedding_dim);
    };
    const auto each_frame = [&](const Tensor& waves) { return spread_to_batch(waves, target.shape[0]); };
    return at::cat({each_frame(waves_of(condition, "augmentation_level", 0.0)),
                    each_frame(angle_waves(90.0 - numbers_of(condition, "elevation", 0.0))),
                    each_frame(angle_waves(numbers_of(condition, "azimuth", 0.0)))},
                   1);
}

}  // namespace easel::inference::sd
