// The entry to sampling: a model, a prompt, a latent and a seed become a finished latent.
#pragma once

#include "inference/sampling/conditioning.hpp"
#include "inference/sampling/guider.hpp"
#include "inference/sampling/latent_image.hpp"
#include "inference/sampling/noise.hpp"
#include "inference/sampling/parameterization.hpp"
#include "inference/sampling/sampler.hpp"
#include "inference/tensor.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {

struct SampleHooks {
    // After each of the `total` steps, `step` counting from 1, with the picture so far as the model's latent (of
    // several streams the first). The value of ComfyUI's `progress` is `step`. May be empty.
    std::function<void(int step, int total, const Tensor& denoised)> progress;
    // Looked at before every run of the network; true ends sampling with Interrupted. May be empty.
    std::function<bool()> stop;
};

struct SampleRequest {
    uint64_t seed = 0;
    int64_t steps = 20;
    double cfg = 8.0;
    std::string sampler = "euler";
    std::string scheduler = "normal";
    Conditioning positive;
    Conditioning negative;
    LatentImage latent;

    double denoise = 1.0;        // the share of the schedule that is run, from its end
    bool disable_noise = false;  // the latent brings its own noise
    std::optional<int64_t> start_step;
    std::optional<int64_t> last_step;
    bool force_full_denoise = false;  // leave no noise even where last_step cuts the schedule short

    SampleHooks hooks;
};

// The finished latent, in float32 on the CPU, scaled as the VAE wants it: what KSampler and KSamplerAdvanced return as
// `samples`. Throws UserError for an unknown sampler or scheduler, Interrupted when the stop hook says so.
Tensor sample(const Model& model, const SampleRequest& request);

// The same with everything else that the request's latent holds.
LatentImage sample_latent(const Model& model, const SampleRequest& request);

// The same in parts: the core of the custom sampling nodes.
struct CustomSampleRequest {
    Guider guider;
    Sampler sampler;
    Sigmas sigmas;
    NoiseSource noise;
    LatentImage latent;
    SampleHooks hooks;
};

struct CustomSample {
    LatentImage latent;                   // the request's, with the finished samples
    std::optional<LatentImage> denoised;  // the picture that the last step stepped to; none when there was no step
};
CustomSample sample_custom(const CustomSampleRequest& request);

// `latent` with noise of the deviation that sampling from the first to the last of `sigmas` would take away.
LatentImage add_noise(const Model& model, const NoiseSource& noise, const Sigmas& sigmas, const LatentImage& latent);

// Every name that the sampler and scheduler lists show, in the reference's order.
const std::vector<std::string>& sampler_names();
const std::vector<std::string>& scheduler_names();

}  // namespace easel::inference
