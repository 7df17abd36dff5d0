// Noise from torch's CPU generator, whatever the device, so that a seed gives the same picture everywhere.
#pragma once

#include "inference/sampling/latent_image.hpp"
#include "inference/sampling/parameterization.hpp"
#include "inference/tensor.hpp"

#include <cstdint>
#include <memory>

namespace easel::inference {

// Standard normal values in float32 on the CPU: torch.randn with torch.manual_seed(seed).
Tensor random_normal(at::IntArrayRef shape, uint64_t seed);

// torch.manual_seed(seed), as a generator of its own.
at::Generator seeded_generator(uint64_t seed);

// What NOISE links carry: where a run of sampling takes its noise from.
struct NoiseSource {
    uint64_t seed = 0;
    bool is_zero = false;  // the latent brings its own
    Tensor given = {};     // noise that was made before, of the latent's shape; undefined where it is to be drawn
};

// The noise that sampling starts from. With a batch_index, sample i gets the noise that the element batch_index[i] of a
// large batch would have had. (comfy.sample.prepare_noise)
Tensor initial_noise(const LatentImage& latent, at::Generator& generator);
Tensor initial_noise(const LatentImage& latent, uint64_t seed);

// What stochastic samplers add between two levels: unit variance, on the device of the picture.
class StepNoise {
public:
    virtual ~StepNoise() = default;
    virtual Tensor operator()(float sigma, float sigma_next) = 0;
};

// Independent draws, from the generator of seed + 1 (the seed itself made the initial noise).
std::unique_ptr<StepNoise> independent_noise(const Tensor& x, uint64_t seed);

// Increments of one Brownian path over the sigmas, so that steps of different sizes see the same path. `sigmas` must
// hold a level above zero.
std::unique_ptr<StepNoise> brownian_noise(const Tensor& x, const Sigmas& sigmas, uint64_t seed);

}  // namespace easel::inference
