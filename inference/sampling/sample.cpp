#include "inference/sampling/sample.hpp"

#include "inference/image/resize.hpp"
#include "inference/models/model.hpp"
#include "inference/sampling/guider.hpp"
#include "inference/sampling/masked_denoiser.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/sampling/noise.hpp"
#include "inference/sampling/sampler.hpp"
#include "inference/sampling/schedulers.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace {

bool is_empty(const Tensor& latent) { return latent.count_nonzero().item<int64_t>() == 0; }

// An empty latent takes the channels and the resolution of the model; every latent gets the model's dimensions.
// (comfy.sample.fix_empty_latent_channels)
LatentImage fit_to_model(const LatentFormat& format, LatentImage latent) {
    Tensor& samples = latent.samples;
    if (is_empty(samples)) {
        if (samples.size(1) != format.channels)
            samples = repeat_to_batch(samples.transpose(0, 1), format.channels).transpose(0, 1);
        if (latent.downscale_ratio && *latent.downscale_ratio != format.downscale_ratio) {
            const double ratio =
                static_cast<double>(*latent.downscale_ratio) / static_cast<double>(format.downscale_ratio);
            const auto side = [&](int64_t cells) {
                return static_cast<int64_t>(std::nearbyint(static_cast<double>(cells) * ratio));
            };
            samples = resize(samples, side(samples.size(-1)), side(samples.size(-2)), "nearest-exact");
        }
    }
    if (format.dimensions == 3 && samples.dim() == 4) samples = samples.unsqueeze(2);
    return latent;
}

// The levels for a whole schedule, or for its last `denoise` share in the same number of steps.
Sigmas sigmas_for(const SampleRequest& request, const SamplerEntry& sampler, const NoiseLevels& levels) {
    const auto whole = [&](int64_t steps) {
        Sigmas sigmas = schedule(request.scheduler, levels, sampler.discards_penultimate_sigma ? steps + 1 : steps);
        if (sampler.discards_penultimate_sigma) sigmas.erase(sigmas.end() - 2);
        return sigmas;
    };
    if (request.denoise > 0.9999) return whole(request.steps);
    if (request.denoise <= 0.0) return {};
    const Sigmas sigmas = whole(static_cast<int64_t>(static_cast<double>(request.steps) / request.denoise));
    const auto kept = std::min(sigmas.size(), static_cast<std::size_t>(request.steps) + 1);
    return Sigmas(sigmas.end() - static_cast<std::ptrdiff_t>(kept), sigmas.end());
}

// Keeps the steps from `start_step` to `last_step`. Empty when nothing is left to do.
Sigmas cut(Sigmas sigmas, const SampleRequest& request) {
    const auto steps = static_cast<int64_t>(sigmas.size()) - 1;
    if (request.last_step && *request.last_step < steps) {
        sigmas.resize(static_cast<std::size_t>(*request.last_step + 1));
        if (request.force_full_denoise && !sigmas.empty()) sigmas.back() = 0.0f;
    }
    if (request.start_step) {
        if (*request.start_step >= static_cast<int64_t>(sigmas.size()) - 1) return {};
        sigmas.erase(sigmas.begin(), sigmas.begin() + static_cast<std::ptrdiff_t>(*request.start_step));
    }
    return sigmas;
}

// Whether sampling starts at the model's highest level, with nothing left of the latent.
bool starts_from_noise(const NoiseLevels& levels, float sigma) {
    const float highest = levels.sigma_max();
    return sigma > highest || std::abs(highest - sigma) <= 1e-5f * std::max(highest, sigma);
}

}  // namespace

Tensor sample(const Model& model, const SampleRequest& request) {
    const SamplerEntry& sampler = find_sampler(request.sampler);
    return sample_custom({.guider = cfg_guider(model, request.positive, request.negative, request.cfg),
                          .sampler = sampler.sampler,
                          .sigmas = cut(sigmas_for(request, sampler, *model.parameterization().levels), request),
                          .noise = {.seed = request.seed, .is_zero = request.disable_noise},
                          .latent = request.latent,
                          .hooks = request.hooks})
        .latent.samples;
}

CustomSample sample_custom(const CustomSampleRequest& request) {
    const Model& model = request.guider.model;
    const LatentFormat& format = model.latent_format();
    CustomSample result{.latent = fit_to_model(format, request.latent), .denoised = {}};
    result.latent.downscale_ratio.reset();
    if (request.sigmas.empty()) return result;
    const Parameterization& parameterization = model.parameterization();
    const at::Device device = model.weights()->settings().device;

    at::Generator generator = seeded_generator(request.noise.seed);
    Tensor noise =
        (request.noise.is_zero ? at::zeros_like(result.latent.samples) : initial_noise(result.latent, generator))
            .to(device, at::kFloat);
    for (const auto& change : model.options().on_noise)
        noise = change(std::move(noise), request.noise.seed);
    Tensor latent = result.latent.samples.to(device, at::kFloat);
    SamplingTarget target{.shape = noise.sizes(), .latent = latent, .noise_mask = {}, .format = &format};
    if (result.latent.noise_mask)
        target.noise_mask = reshape_mask(result.latent.noise_mask->to(at::kFloat), noise.sizes()).to(device);
    if (!is_empty(latent)) latent = format.to_model(latent);  // an empty latent stays so where the format has a shift

    const GuidedDenoiser guided(request.guider, target,
                                {.schedule = request.sigmas, .generator = generator, .stop = request.hooks.stop});
    std::optional<MaskedDenoiser> masked;
    if (target.noise_mask) {
        MaskedDenoiser::MaskAt mask = [mask = *target.noise_mask](float) { return mask; };
        if (model.timed_mask())
            mask = timed_mask(*target.noise_mask, *model.timed_mask(), *parameterization.levels, request.sigmas);
        Tensor shown_noise = request.sampler.draws_inpaint_noise
                                 ? random_normal(noise.sizes(), request.noise.seed + 1).to(device)
                                 : noise;
        if (model.network().keeps_latent_clean()) shown_noise = Tensor();
        masked.emplace(guided, std::move(mask), latent, shown_noise);
    }
    Tensor denoised;
    const SamplerRun run{
        .model = masked ? static_cast<const Denoiser&>(*masked) : guided,
        .sigmas = request.sigmas,
        .seed = request.noise.seed,
        .on_step =
            [&](int64_t step, const Tensor& picture) {
                denoised = picture;
                if (request.hooks.progress)
                    request.hooks.progress(static_cast<int>(step + 1), static_cast<int>(request.sigmas.size() - 1),
                                           picture);
            },
        .generator = generator,
    };
    const float first = request.sigmas.front();
    Tensor x = parameterization.prediction->add_noise(latent, noise, first,
                                                      starts_from_noise(*parameterization.levels, first));
    x = parameterization.prediction->remove_noise_scaling(request.sampler.function(x, run), request.sigmas.back());
    result.latent.samples = format.from_model(x.to(at::kFloat)).to(at::kCPU);
    if (denoised.defined()) result.denoised = format.from_model(denoised.to(at::kFloat)).to(at::kCPU);
    return result;
}

LatentImage add_noise(const Model& model, const NoiseSource& noise, const Sigmas& sigmas, const LatentImage& latent) {
    if (sigmas.empty()) return latent;
    const LatentFormat& format = model.latent_format();
    const Tensor drawn = noise.is_zero ? at::zeros_like(latent.samples) : initial_noise(latent, noise.seed);
    const float level = sigmas.size() > 1 ? std::abs(sigmas.front() - sigmas.back()) : sigmas.front();
    const Tensor in_model = is_empty(latent.samples) ? latent.samples : format.to_model(latent.samples);
    LatentImage noisy = latent;
    noisy.samples =
        at::nan_to_num(format.from_model(model.parameterization().prediction->add_noise(in_model, drawn, level, false)),
                       0.0, 0.0, 0.0);
    return noisy;
}

}  // namespace easel::inference
