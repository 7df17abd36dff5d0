// What a sampler is: a function that takes noise down a schedule of levels by asking the model, at each level, what
// picture it sees. One file of samplers/ holds one family of them; sampler_registry.cpp lists them by name.
#pragma once

#include "inference/sampling/noise.hpp"
#include "inference/sampling/parameterization.hpp"
#include "inference/tensor.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace easel::inference {

struct ModelOptions;  // sampling/model_options.hpp

// The model with guidance applied, as samplers see it.
class Denoiser {
public:
    virtual ~Denoiser() = default;

    // The picture without noise that the model sees in `x` at level `sigma`.
    virtual Tensor operator()(const Tensor& x, float sigma) const = 0;

    // The same, and what it sees without the prompt. Computes the latter even where cfg alone would not need it.
    struct Guided {
        Tensor denoised, uncond;
    };
    virtual Guided guided(const Tensor& x, float sigma) const = 0;

    virtual const Parameterization& parameterization() const = 0;

    // What the model handle asks for in this run, and the prediction with other options: for samplers that steer the
    // network. Null where the latent is masked, which such samplers cannot take.
    virtual const ModelOptions* options() const { return nullptr; }
    virtual Tensor with(const ModelOptions&, const Tensor& x, float sigma) const { return (*this)(x, sigma); }
};

struct SamplerRun {
    const Denoiser& model;
    const Sigmas& sigmas;
    uint64_t seed = 0;
    std::function<void(int64_t step, const Tensor& denoised)> on_step;  // step counts from 0; may be empty

    // Goes on where drawing the initial noise left the seed's generator. Undefined outside a run of sampling.
    at::Generator generator = {};

    void report(int64_t step, const Tensor& denoised) const {
        if (on_step) on_step(step, denoised);
    }
    int64_t steps() const { return static_cast<int64_t>(sigmas.size()) - 1; }
    float sigma(int64_t step) const { return sigmas[static_cast<std::size_t>(step)]; }
};

// `x` is noisy at the level of the first sigma; the result is at the level of the last.
using SamplerFunction = std::function<Tensor(Tensor x, const SamplerRun& run)>;

// What SAMPLER links carry: a function whose options are set.
struct Sampler {
    SamplerFunction function;
    bool draws_inpaint_noise = false;  // the kept part of a masked latent gets noise of its own, from seed + 1
    bool takes_plain_noise = false;    // `x` is the noise as it was drawn, without the latent; masks do not count
};

struct SamplerEntry {
    std::string name;
    Sampler sampler;
    bool discards_penultimate_sigma = false;  // the schedule is made one step longer, without its last level above zero
};

// Throws UserError for a name that is not in sampler_names().
const SamplerEntry& find_sampler(const std::string& name);

}  // namespace easel::inference
