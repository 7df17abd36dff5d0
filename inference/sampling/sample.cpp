#include "inference/sampling/sample.hpp"

#include "inference/image/resize.hpp"
#include "inference/models/model.hpp"
#include "inference/sampling/guider.hpp"
#include "inference/sampling/masked_denoiser.hpp"
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
    LatentImage latent = fit_to_model(model.latent_format(), request.latent);
    Tensor noise = request.disable_noise ? at::zeros_like(latent.samples) : initial_noise(latent, request.seed);
    const Sigmas sigmas =
        cut(sigmas_for(request, find_sampler(request.sampler), *model.parameterization().levels), request);
    return sample_custom(model, {.seed = request.seed,
                                 .cfg = request.cfg,
                                 .sampler = request.sampler,
                                 .sigmas = sigmas,
                                 .noise = noise,
                                 .positive = request.positive,
                                 .negative = request.negative,
                                 .latent = latent,
                                 .hooks = request.hooks});
}

Tensor sample_custom(const Model& model, const CustomSampleRequest& request) {
    const SamplerEntry& sampler = find_sampler(request.sampler);
    if (request.sigmas.empty()) return request.latent.samples;
    const Parameterization& parameterization = model.parameterization();
    const LatentFormat& format = model.latent_format();
    const at::Device device = model.weights()->settings().device;

    const Tensor noise = request.noise.to(device, at::kFloat);
    Tensor latent = request.latent.samples.to(device, at::kFloat);
    SamplingTarget target{.shape = noise.sizes(), .latent = latent, .noise_mask = {}, .format = &format};
    if (request.latent.noise_mask)
        target.noise_mask = reshape_mask(request.latent.noise_mask->to(at::kFloat), noise.sizes()).to(device);
    if (!is_empty(latent)) latent = format.to_model(latent);  // an empty latent stays so where the format has a shift

    const CfgGuider guider(model, resolve(model, request.positive, request.negative, target), request.cfg,
                           request.hooks.stop);
    std::optional<MaskedDenoiser> masked;
    if (target.noise_mask) {
        const bool own_noise = sampler.draws_inpaint_noise;
        MaskedDenoiser::MaskAt mask = [mask = *target.noise_mask](float) { return mask; };
        if (model.timed_mask())
            mask = timed_mask(*target.noise_mask, *model.timed_mask(), *parameterization.levels, request.sigmas);
        masked.emplace(guider, std::move(mask), latent,
                       own_noise ? random_normal(noise.sizes(), request.seed + 1).to(device) : noise);
    }
    const SamplerRun run{
        .model = masked ? static_cast<const Denoiser&>(*masked) : guider,
        .sigmas = request.sigmas,
        .seed = request.seed,
        .on_step =
            [&](int64_t step, const Tensor& denoised) {
                if (request.hooks.progress)
                    request.hooks.progress(static_cast<int>(step + 1), static_cast<int>(request.sigmas.size() - 1),
                                           denoised);
            },
    };
    const float first = request.sigmas.front();
    Tensor x = parameterization.prediction->add_noise(latent, noise, first,
                                                      starts_from_noise(*parameterization.levels, first));
    x = parameterization.prediction->remove_noise_scaling(sampler.function(x, run), request.sigmas.back());
    return format.from_model(x.to(at::kFloat)).to(at::kCPU);
}

}  // namespace easel::inference
