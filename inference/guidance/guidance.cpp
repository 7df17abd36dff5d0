#include "inference/guidance/guidance.hpp"

#include "inference/guidance/spectrum.hpp"
#include "inference/sampling/guider.hpp"
#include "inference/sampling/model_options.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>

namespace easel::inference {
namespace {

template <class Function>
Model with_cfg(const Model& model, Function function) {
    return with_changed_options(model, [&](ModelOptions& options) { options.cfg = std::move(function); });
}

template <class Function>
Model before_cfg(const Model& model, Function function) {
    return with_changed_options(model,
                                [&](ModelOptions& options) { options.before_cfg.push_back(std::move(function)); });
}

template <class Function>
Model after_cfg(const Model& model, Function function) {
    return with_changed_options(model,
                                [&](ModelOptions& options) { options.after_cfg.push_back(std::move(function)); });
}

Tensor extrapolated(const Pictures& pictures, double cfg) {
    return pictures.negative + cfg * (pictures.positive - pictures.negative);
}

// All dimensions but the batch.
std::vector<int64_t> of_member(const Tensor& tensor) {
    std::vector<int64_t> dimensions(static_cast<std::size_t>(tensor.dim() - 1));
    std::iota(dimensions.begin(), dimensions.end(), 1);
    return dimensions;
}

Tensor deviation(const Tensor& tensor, at::IntArrayRef dimensions) {
    return at::std(tensor, dimensions, /*unbiased=*/true, /*keepdim=*/true);
}

// `guided` with the deviation of `positive`, by the share `multiplier`.
Tensor rescaled(const Tensor& guided, const Tensor& scale, double multiplier) {
    return multiplier * (guided * scale) + (1.0 - multiplier) * guided;
}

Tensor rescaled_velocity(const GuidanceStep& step, const Pictures& pictures, double multiplier) {
    const float sigma = step.sigma, root = std::sqrt(sigma * sigma + 1.0f);
    const Tensor scaled_x = step.x / (sigma * sigma + 1.0f);
    // ComfyUI takes pictures from x and back, which rounds them where there is much more noise than picture.
    const auto through_x = [&](const Tensor& picture) { return step.x - (step.x - picture); };
    const auto velocity = [&](const Tensor& picture) { return (scaled_x - through_x(picture)) * root / sigma; };
    const Pictures velocities{.positive = velocity(pictures.positive), .negative = velocity(pictures.negative)};
    const Tensor guided = extrapolated(velocities, step.cfg);
    const Tensor scale = deviation(velocities.positive, {1, 2, 3}) / deviation(guided, {1, 2, 3});
    return through_x(scaled_x - rescaled(guided, scale, multiplier) * sigma / root);
}

Tensor rescaled_picture(const GuidanceStep& step, const Pictures& pictures, double multiplier) {
    const Tensor guided = extrapolated(pictures, step.cfg);
    const std::vector<int64_t> member = of_member(guided);
    const Tensor scale = deviation(pictures.positive, member) / deviation(guided, member).clamp_min(1e-8);
    return rescaled(guided, scale, multiplier);
}

Tensor length(const Tensor& tensor, at::IntArrayRef dimensions) {
    return at::linalg_vector_norm(tensor, 2, dimensions, /*keepdim=*/true);
}

}  // namespace

Model rescale_cfg(const Model& model, double multiplier) {
    const bool is_flow = model.parameterization().prediction->is_flow();
    return with_cfg(model, [=](const GuidanceStep& step, const Pictures& pictures) {
        return is_flow ? rescaled_picture(step, pictures, multiplier) : rescaled_velocity(step, pictures, multiplier);
    });
}

Model renorm_cfg(const Model& model, double cfg_trunc, double renorm) {
    return with_cfg(model, [=](const GuidanceStep& step, const Pictures& pictures) {
        if (step.sigma >= static_cast<float>(cfg_trunc)) return pictures.positive;
        const Tensor guided = extrapolated(pictures, step.cfg);
        if (renorm <= 0.0) return guided;
        const std::vector<int64_t> member = of_member(guided);
        const Tensor most = length(pictures.positive, member) * renorm, now = length(guided, member);
        return guided * at::where(now >= most, most / now, at::ones_like(now));
    });
}

Model frame_ramp_cfg(const Model& model, double min_cfg, FrameRamp ramp) {
    return with_cfg(model, [=](const GuidanceStep& step, const Pictures& pictures) {
        const int64_t frames = pictures.positive.size(0);
        const at::TensorOptions options = pictures.positive.options().dtype(at::kFloat);
        Tensor scale = at::linspace(min_cfg, step.cfg, frames, options);
        if (ramp == FrameRamp::triangle) {
            const Tensor place = at::linspace(0.0, 1.0, frames, options);
            scale = 2.0 * (place - at::floor(place + 0.5)).abs() * (step.cfg - min_cfg) + min_cfg;
        }
        std::vector<int64_t> shape(static_cast<std::size_t>(pictures.positive.dim()), 1);
        shape[0] = frames;
        return pictures.negative + scale.reshape(shape) * (pictures.positive - pictures.negative);
    });
}

Model cfg_zero_star(const Model& model) {
    return after_cfg(model, [](const GuidanceStep& step, const Pictures& pictures, const Tensor& guided) {
        const Tensor positive = (step.x - pictures.positive).flatten(1),
                     negative = (step.x - pictures.negative).flatten(1);
        const Tensor along = (positive * negative).sum(1) / (negative.square().sum(1) + 1e-8);
        std::vector<int64_t> shape(static_cast<std::size_t>(guided.dim()), 1);
        shape[0] = guided.size(0);
        const Tensor scale = along.reshape(shape);
        return guided + pictures.negative * (scale - 1.0) + step.cfg * pictures.negative * (1.0 - scale);
    });
}

Model cfg_norm(const Model& model, double strength, NormOf norm) {
    if (norm == NormOf::picture)
        return after_cfg(model, [=](const GuidanceStep&, const Pictures& pictures, const Tensor& guided) {
            const Tensor scale = length(pictures.positive, {1}) / (length(guided, {1}) + 1e-8);
            return guided * scale.clamp(0.0, 1.0) * strength;
        });
    return with_cfg(model, [=](const GuidanceStep& step, const Pictures& pictures) {
        const Pictures noises{.positive = step.x - pictures.positive, .negative = step.x - pictures.negative};
        const Tensor guided = extrapolated(noises, step.cfg), guided_length = length(guided, {1});
        const Tensor scale = at::where(guided_length > 0, length(noises.positive, {1}) / guided_length.clamp_min(1e-12),
                                       at::ones_like(guided_length));
        return step.x - rescaled(guided, scale, strength);
    });
}

Model tangential_damping(const Model& model) {
    return before_cfg(model, [](const GuidanceStep& step, Pictures pictures) {
        if (!step.negative) return pictures;
        const auto flat = [](const Tensor& noise) { return noise.reshape({noise.size(0), 1, -1}).to(at::kFloat); };
        const Tensor positive = flat(step.x - pictures.positive), negative = flat(step.x - pictures.negative);
        const Tensor directions =
            std::get<2>(at::linalg_svd(at::cat({negative, positive}, 1), /*full_matrices=*/false));
        const Tensor shared = directions.narrow(1, 0, 1);
        const Tensor damped = at::matmul(negative, shared.transpose(-2, -1)) * shared;
        pictures.negative = step.x - damped.reshape_as(pictures.negative);
        return pictures;
    });
}

Model projected_guidance(const Model& model, const ProjectedGuidance& settings) {
    struct State {
        Tensor average;
        std::optional<float> sigma;
    };
    return with_run_state(model, [settings](ModelOptions& options, const RunStart&) {
        options.before_cfg.push_back([settings, state = std::make_shared<State>()](const GuidanceStep& step,
                                                                                   Pictures pictures) {
            const std::vector<int64_t> member{-1, -2, -3};
            if (state->sigma && step.sigma > *state->sigma) state->average = Tensor();
            state->sigma = step.sigma;
            const Tensor difference = pictures.positive - pictures.negative;
            Tensor guidance = difference;
            if (settings.momentum != 0.0) {
                if (state->average.defined()) guidance = settings.momentum * state->average + guidance;
                state->average = guidance;
            }
            if (settings.norm_threshold > 0.0) {
                const Tensor now = length(guidance, member);
                guidance = guidance * at::minimum(at::ones_like(now), settings.norm_threshold / now);
            }
            const Tensor direction = pictures.positive / length(pictures.positive, member).clamp_min(1e-12);
            const Tensor parallel = (guidance * direction).sum(at::IntArrayRef(member), /*keepdim=*/true) * direction;
            pictures.positive =
                pictures.negative + (guidance - parallel) + settings.eta * parallel + difference / step.cfg;
            return pictures;
        });
    });
}

Model frequency_guidance(const Model& model, const FrequencyGuidance& settings) {
    return before_cfg(model, [=](const GuidanceStep& step, Pictures pictures) {
        if (!step.negative) return pictures;
        const Tensor guidance = pictures.positive - pictures.negative;
        const auto low_side = [&](int64_t dimension) {
            return std::min(settings.cutoff, guidance.size(dimension) / 2);
        };
        pictures.positive = scaled_spectrum(guidance, {.half_height = low_side(-2),
                                                       .half_width = low_side(-1),
                                                       .inside = settings.low,
                                                       .outside = settings.high}) +
                            pictures.negative;
        return pictures;
    });
}

Model mahiro(const Model& model) {
    return after_cfg(model, [](const GuidanceStep& step, const Pictures& pictures, const Tensor& guided) {
        const auto compressed = [](const Tensor& picture) { return picture.abs().sqrt() * picture.sign(); };
        const Tensor leap = pictures.positive * step.cfg, negative_leap = pictures.negative * step.cfg;
        const Tensor agreement =
            at::cosine_similarity(compressed(negative_leap), compressed((leap + guided) / 2), 1, 1e-8).mean();
        const Tensor share = 2 * (agreement + 1);
        return (share * guided + (4 - share) * leap) / 4;
    });
}

Model with_perp_neg(const Model& model, const Conditioning& empty, double neg_scale) {
    return with_cfg(model, [=](const GuidanceStep& step, const Pictures& pictures) {
        const ConditionList prepared = step.evaluate.prepare(empty, step.x);
        const Tensor seen = step.evaluate({&prepared}, step.x, step.sigma, step.options).front();
        return perp_neg(pictures, seen, neg_scale, step.cfg);
    });
}

Model epsilon_scaling(const Model& model, double factor) {
    return after_cfg(model, [=](const GuidanceStep& step, const Pictures&, const Tensor& guided) {
        return step.x - (step.x - guided) / factor;
    });
}

Model temporal_score_rescaling(const Model& model, double k, double sigma) {
    const double variance = sigma * sigma;
    return after_cfg(model, [=](const GuidanceStep& step, const Pictures&, const Tensor& guided) -> Tensor {
        if (k == 1.0 || step.sigma == 0.0f) return guided;
        const float lambda = step.evaluate.model().parameterization().prediction->half_log_snr(step.sigma);
        const double snr = std::exp(2.0f * lambda);
        if (snr == 0.0) return guided;
        const double factor = std::isinf(snr) ? k : (snr * variance + 1.0) / (snr * variance / k + 1.0);
        return at::lerp(step.x / (step.sigma * std::exp(lambda)), guided, factor);
    });
}

Model operation_on_guidance(const Model& model, const LatentOperation& operation) {
    return before_cfg(model, [operation](const GuidanceStep&, Pictures pictures) {
        pictures.positive = operation(pictures.positive - pictures.negative) + pictures.negative;
        return pictures;
    });
}

Model override_cfg(const Model& model, double cfg, double start_percent, double end_percent) {
    const NoiseLevels& levels = *model.parameterization().levels;
    const double from = levels.percent_to_sigma(start_percent), to = levels.percent_to_sigma(end_percent);
    return with_changed_options(model, [=](ModelOptions& options) {
        options.around_prediction.push_back(
            [=](const Tensor& x, float sigma, double own_cfg, const ModelOptions::Predict& next) {
                return next(x, sigma, to <= sigma && sigma <= from ? cfg : own_cfg);
            });
    });
}

}  // namespace easel::inference
