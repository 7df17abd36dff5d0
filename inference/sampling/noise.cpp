#include "inference/sampling/noise.hpp"

#include "inference/sampling/brownian_tree.hpp"
#include "inference/sampling/latent_streams.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace {

Tensor draw(at::IntArrayRef shape, at::Generator& generator) {
    return at::randn(shape, generator, at::TensorOptions().dtype(at::kFloat).device(at::kCPU));
}

class IndependentNoise : public StepNoise {
public:
    IndependentNoise(const Tensor& x, uint64_t seed)
        : options_(x.options()), shape_(x.sizes().vec()), generator_(at::detail::createCPUGenerator(seed + 1)) {}

    Tensor operator()(float, float) override { return draw(shape_, generator_).to(options_); }

private:
    at::TensorOptions options_;
    std::vector<int64_t> shape_;
    at::Generator generator_;
};

float lowest_above_zero(const Sigmas& sigmas) {
    float lowest = *std::max_element(sigmas.begin(), sigmas.end());
    for (float sigma : sigmas)
        if (sigma > 0.0f) lowest = std::min(lowest, sigma);
    return lowest;
}

class BrownianNoise : public StepNoise {
public:
    BrownianNoise(const Tensor& x, const Sigmas& sigmas, uint64_t seed)
        : options_(x.options()),
          tree_(lowest_above_zero(sigmas), *std::max_element(sigmas.begin(), sigmas.end()), x.sizes(), seed) {}

    Tensor operator()(float sigma, float sigma_next) override {
        const Tensor increment = tree_.increment(std::min(sigma, sigma_next), std::max(sigma, sigma_next));
        const float direction = sigma < sigma_next ? 1.0f : -1.0f;
        return (increment * direction / std::sqrt(std::abs(sigma_next - sigma))).to(options_);
    }

private:
    at::TensorOptions options_;
    BrownianTree tree_;
};

// Of the shape of `samples`; where the batch has indices, each element's own of a large batch.
Tensor noise_of(const Tensor& samples, const std::optional<std::vector<int64_t>>& batch_index,
                at::Generator& generator) {
    if (!batch_index || batch_index->empty()) return draw(samples.sizes(), generator);
    std::vector<int64_t> one = samples.sizes().vec();
    one[0] = 1;
    const auto& wanted = *batch_index;
    std::vector<Tensor> drawn;
    for (int64_t i = 0; i <= *std::max_element(wanted.begin(), wanted.end()); ++i)
        drawn.push_back(draw(one, generator));
    std::vector<Tensor> chosen;
    for (int64_t index : wanted)
        chosen.push_back(drawn[static_cast<std::size_t>(index)]);
    return at::cat(chosen);
}

}  // namespace

Tensor random_normal(at::IntArrayRef shape, uint64_t seed) {
    at::Generator generator = at::detail::createCPUGenerator(seed);
    return draw(shape, generator);
}

at::Generator seeded_generator(uint64_t seed) { return at::detail::createCPUGenerator(seed); }

Tensor initial_noise(const LatentImage& latent, uint64_t seed) {
    at::Generator generator = seeded_generator(seed);
    return initial_noise(latent, generator);
}

Tensor initial_noise(const LatentImage& latent, at::Generator& generator) {
    std::vector<Tensor> drawn{noise_of(latent.samples, latent.batch_index, generator)};
    for (const LatentStream& stream : latent.streams)
        drawn.push_back(noise_of(stream.samples, latent.batch_index, generator));
    return pack_streams(drawn);
}

std::unique_ptr<StepNoise> independent_noise(const Tensor& x, uint64_t seed) {
    return std::make_unique<IndependentNoise>(x, seed);
}

std::unique_ptr<StepNoise> brownian_noise(const Tensor& x, const Sigmas& sigmas, uint64_t seed) {
    return std::make_unique<BrownianNoise>(x, sigmas, seed);
}

}  // namespace easel::inference
