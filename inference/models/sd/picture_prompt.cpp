#include "inference/models/sd/picture_prompt.hpp"

#include "inference/layers/timestep_embedding.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace easel::inference::sd {
namespace {

constexpr int64_t levels = 1000;
constexpr uint64_t seed_offset = 10;

int64_t level_of(double share) {
    return static_cast<int64_t>(std::nearbyint(share * static_cast<double>(levels - 1)));
}

// How much is left of the signal's variance after `level` steps of the cosine schedule (Nichol, Dhariwal 2021).
double signal_left(int64_t level) {
    const auto bar = [](int64_t step) {
        const double time = static_cast<double>(step) / static_cast<double>(levels);
        return std::pow(std::cos((time + 0.008) / 1.008 * std::numbers::pi / 2), 2);
    };
    double left = 1.0;
    for (int64_t step = 0; step <= level; ++step)
        left *= 1.0 - std::min(1.0 - bar(step + 1) / bar(step), 0.999);
    return left;
}

// [1, 2 * dim]
Tensor noisy(const Tensor& embedding, double share, const Tensor& noise) {
    const int64_t level = level_of(share);
    const double signal = signal_left(level);
    const auto rounded = [](double factor) { return static_cast<double>(static_cast<float>(std::sqrt(factor))); };
    const Tensor level_waves =
        timestep_embedding(at::full({1}, static_cast<double>(level), at::kFloat), embedding.size(1));
    return at::cat({embedding * rounded(signal) + noise * rounded(1.0 - signal), level_waves}, 1);
}

}  // namespace

Tensor picture_vector(const Tensor& pictures, uint64_t seed, double merged_noise) {
    const int64_t count = pictures.size(0), dim = pictures.size(1) - 2;
    at::Generator generator = at::detail::createCPUGenerator(seed - seed_offset);
    const auto draw = [&] { return at::randn({1, dim}, generator, at::TensorOptions().dtype(at::kFloat)); };
    const Tensor noise = draw();  // the same for each
    Tensor sum = at::zeros({1, 2 * dim}, at::kFloat);
    for (int64_t i = 0; i < count; ++i) {
        const Tensor picture = pictures[i].to(at::kCPU, at::kFloat);
        const double strength = static_cast<double>(picture[dim].item<float>());
        const double share = static_cast<double>(picture[dim + 1].item<float>());
        sum = sum + noisy(picture.narrow(0, 0, dim).unsqueeze(0), share, noise) * strength;
    }
    return count == 1 ? sum : noisy(sum.narrow(1, 0, dim), merged_noise, draw());
}

}  // namespace easel::inference::sd
