#include "inference/sampling/sample.hpp"

#include "base/error.hpp"
#include "inference/image/resize.hpp"
#include "inference/memory/block_cache.hpp"
#include "inference/models/model.hpp"
#include "inference/sampling/guider.hpp"
#include "inference/sampling/latent_streams.hpp"
#include "inference/sampling/masked_denoiser.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/sampling/noise.hpp"
#include "inference/sampling/own_latents.hpp"
#include "inference/sampling/sampler.hpp"
#include "inference/sampling/sampling_memory.hpp"
#include "inference/sampling/schedulers.hpp"
#include "inference/sampling/stream_flow.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace {

bool is_empty(const Tensor& latent) { return latent.count_nonzero().item<int64_t>() == 0; }

// An empty latent takes the channels and the resolution of the model; every latent gets the model's dimensions.
// (comfy.sample.fix_empty_latent_channels)
LatentImage fit_to_model(const Model& model, LatentImage latent) {
    if (!latent.streams.empty()) return latent;
    const LatentFormat& format = model.latent_format();
    Tensor& samples = latent.samples;
    const bool empty = is_empty(samples);
    if (empty) {
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
    if (empty && latent.temporal_downscale_ratio &&
        *latent.temporal_downscale_ratio != format.temporal_downscale_ratio) {
        const double cells = static_cast<double>(samples.size(2) * *latent.temporal_downscale_ratio) /
                             static_cast<double>(format.temporal_downscale_ratio);
        const auto wanted = std::max<int64_t>(1, static_cast<int64_t>(std::nearbyint(cells)));
        samples = repeat_to_batch(samples.transpose(0, 2), wanted).transpose(0, 2);
    }
    const auto* maker = dynamic_cast<const MakesStreams*>(&model.network());
    return empty && maker != nullptr ? maker->with_streams(std::move(latent)) : latent;
}

// All that is sampled as one tensor.
Tensor packed(const LatentImage& latent) {
    std::vector<Tensor> tensors{latent.samples};
    for (const LatentStream& stream : latent.streams)
        tensors.push_back(stream.samples);
    return pack_streams(tensors);
}

// The guider with predictions that know where in a row of several latents each is, where they need to.
Guider bound_to(const StreamShapes& shapes, Guider guider) {
    const auto bind = [&](const Model& model) {
        const auto flow = bound_stream_flow(*model.parameterization().prediction, shapes);
        return flow ? model.with_parameterization({.prediction = flow, .levels = model.parameterization().levels})
                    : model;
    };
    guider.model = bind(guider.model);
    for (GuidedSide& side : guider.sides)
        if (side.model) side.model = bind(*side.model);
    return guider;
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

// What sampling `latent` starts from, drawn with `generator` unless the source brings it.
Tensor starting_noise(const NoiseSource& source, const LatentImage& latent, at::Generator& generator) {
    if (source.given.defined()) {
        const Tensor wanted = packed(latent);
        if (source.given.sizes() != wanted.sizes())
            throw UserError("the noise has the shape " + c10::str(source.given.sizes()) + ", and the latent " +
                            c10::str(wanted.sizes()) + ": make both of the same size and length");
        return source.given;
    }
    return source.is_zero ? at::zeros_like(packed(latent)) : initial_noise(latent, generator);
}

}  // namespace

Tensor sample(const Model& model, const SampleRequest& request) { return sample_latent(model, request).samples; }

LatentImage sample_latent(const Model& model, const SampleRequest& request) {
    const SamplerEntry& sampler = find_sampler(request.sampler);
    return sample_custom({.guider = cfg_guider(model, request.positive, request.negative, request.cfg),
                          .sampler = sampler.sampler,
                          .sigmas = cut(sigmas_for(request, sampler, *model.parameterization().levels), request),
                          .noise = {.seed = request.seed, .is_zero = request.disable_noise},
                          .latent = request.latent,
                          .hooks = request.hooks})
        .latent;
}

CustomSample sample_custom(const CustomSampleRequest& request) {
    const LatentFormat& format = request.guider.model.latent_format();
    CustomSample result{.latent = fit_to_model(request.guider.model, request.latent), .denoised = {}};
    result.latent.downscale_ratio.reset();
    result.latent.temporal_downscale_ratio.reset();
    if (request.sigmas.empty()) return result;
    const StreamShapes shapes = stream_shapes(result.latent);
    const Guider guider = bound_to(shapes, request.guider);
    const Model& model = guider.model;
    const BlockCache blocks;
    const Parameterization& parameterization = model.parameterization();
    const at::Device device = model.weights()->settings().device;

    at::Generator generator = seeded_generator(request.noise.seed);
    Tensor noise = starting_noise(request.noise, result.latent, generator).to(device, at::kFloat);
    for (const auto& change : model.options().on_noise)
        noise = change(std::move(noise), request.noise.seed);
    Tensor latent = packed(result.latent).to(device, at::kFloat);
    SamplingTarget target{
        .shape = noise.sizes(), .latent = latent, .noise_mask = {}, .format = &format, .streams = shapes};
    if (const Tensor mask = packed_mask(result.latent); mask.defined()) target.noise_mask = mask.to(device);
    const auto* streams = dynamic_cast<const StreamFlow*>(parameterization.prediction.get());
    if (!is_empty(latent)) {  // an empty latent stays so where the format has a shift
        latent = format.to_model(latent);
        if (streams != nullptr) latent = streams->held(latent);
    }

    const SamplingRoom room = room_for_sampling(guider, target);
    const GuidedDenoiser guided(guider, target,
                                {.schedule = request.sigmas,
                                 .generator = generator,
                                 .stop = request.hooks.stop,
                                 .most_joined = room.most_joined});
    std::optional<MaskedDenoiser> masked;
    const bool is_plain = request.sampler.takes_plain_noise;
    if (target.noise_mask && !is_plain) {
        MaskedDenoiser::MaskAt mask = [mask = *target.noise_mask](float) { return mask; };
        if (model.timed_mask())
            mask = timed_mask(*target.noise_mask, *model.timed_mask(), *parameterization.levels, request.sigmas);
        Tensor shown_noise = request.sampler.draws_inpaint_noise
                                 ? random_normal(noise.sizes(), request.noise.seed + 1).to(device)
                                 : noise;
        MaskedDenoiser::KeptAt kept_at;
        if (const auto* shows = dynamic_cast<const ShowsKeptLatent*>(&model.network()))
            kept_at = [=, &latent, &shapes](const Tensor& at_x, float sigma, const Tensor& at_mask) {
                return shows->shown({.x = at_x,
                                     .mask = at_mask,
                                     .latent = latent,
                                     .noise = shown_noise,
                                     .sigma = sigma,
                                     .shapes = shapes,
                                     .flow = streams});
            };
        if (model.network().keeps_latent_clean()) shown_noise = Tensor();
        masked.emplace(guided, std::move(mask), latent, shown_noise, std::move(kept_at));
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
                                           unpack_streams(picture, shapes).front());
            },
        .generator = generator,
    };
    const float first = request.sigmas.front();
    const Prediction& prediction = *parameterization.prediction;
    Tensor x = is_plain
                   ? noise
                   : prediction.add_noise(latent, noise, first, starts_from_noise(*parameterization.levels, first));
    x = request.sampler.function(x, run);
    if (!is_plain) x = prediction.remove_noise_scaling(x, request.sigmas.back());
    const auto finished = [&](const Tensor& row) {
        const Tensor released = streams != nullptr ? streams->released(row.to(at::kFloat)) : row.to(at::kFloat);
        return with_samples(result.latent, unpack_streams(format.from_model(released).to(at::kCPU), shapes));
    };
    result.latent = finished(x);
    for (const auto& change : model.options().on_result)
        result.latent.samples = change(std::move(result.latent.samples));
    if (denoised.defined()) result.denoised = finished(denoised);
    return result;
}

LatentImage add_noise(const Model& model, const NoiseSource& noise, const Sigmas& sigmas, const LatentImage& latent) {
    if (sigmas.empty()) return latent;
    const LatentFormat& format = model.latent_format();
    at::Generator generator = seeded_generator(noise.seed);
    const Tensor drawn = starting_noise(noise, latent, generator);
    const float level = sigmas.size() > 1 ? std::abs(sigmas.front() - sigmas.back()) : sigmas.front();
    const Tensor in_model = is_empty(latent.samples) ? latent.samples : format.to_model(latent.samples);
    LatentImage noisy = latent;
    noisy.samples =
        at::nan_to_num(format.from_model(model.parameterization().prediction->add_noise(in_model, drawn, level, false)),
                       0.0, 0.0, 0.0);
    return noisy;
}

}  // namespace easel::inference
