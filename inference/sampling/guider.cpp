#include "inference/sampling/guider.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace {

bool is_one(double cfg) { return std::abs(cfg - 1.0) <= 1e-9 * std::max(std::abs(cfg), 1.0); }

GuidanceStep guidance(const GuiderStep& step, const ConditionList* positive, const ConditionList* negative,
                      double cfg) {
    return {.evaluate = *step.sides.front().evaluate,
            .options = step.options,
            .x = step.x,
            .sigma = step.sigma,
            .cfg = cfg,
            .positive = positive,
            .negative = negative};
}

// (comfy.samplers.sampling_function)
Tensor classifier_free(const GuiderStep& step) {
    const bool skips = step.sides.size() < 2 || (is_one(step.cfg) && !step.options.always_negative);
    const GuidanceStep seen =
        guidance(step, &step.sides[0].conditions, skips ? nullptr : &step.sides[1].conditions, step.cfg);
    Pictures pictures;
    if (step.options.evaluate) {
        pictures = step.options.evaluate(seen);
    } else {
        const std::vector<Tensor> both =
            seen.evaluate({seen.positive, seen.negative}, step.x, step.sigma, step.options);
        pictures = {both[0], both[1]};
    }
    for (const auto& change : step.options.before_cfg)
        pictures = change(seen, std::move(pictures));
    return apply_cfg(seen, pictures);
}

// Sides: first, second, negative.
Tensor dual(const GuiderStep& step, const DualCfg& settings) {
    const ConditionList& first = step.sides[0].conditions;
    const ConditionList* second = &step.sides[1].conditions;
    const ConditionList* negative = &step.sides[2].conditions;
    const bool is_nested = settings.style == DualCfgStyle::nested;
    if (!is_nested && !step.options.always_negative && is_one(settings.cfg_second_negative)) {
        negative = nullptr;
        if (is_one(settings.cfg_conds)) second = nullptr;
    }
    // In the order in which the reference evaluates them.
    const std::vector<Tensor> seen =
        (*step.sides[0].evaluate)({negative, second, &first}, step.x, step.sigma, step.options);
    if (is_nested) {
        const Tensor prompts =
            apply_cfg(guidance(step, &first, second, settings.cfg_conds), {.positive = seen[2], .negative = seen[1]});
        return seen[0] + settings.cfg_second_negative * (prompts - seen[0]);
    }
    const Tensor guided = apply_cfg(guidance(step, second, negative, settings.cfg_second_negative),
                                    {.positive = seen[1], .negative = seen[0]});
    return guided + (seen[2] - seen[1]) * settings.cfg_conds;
}

// Sides: positive, negative, empty.
Tensor perpendicular(const GuiderStep& step, double neg_scale) {
    const ConditionList* negative = &step.sides[1].conditions;
    const ConditionList* empty = &step.sides[2].conditions;
    if (!step.options.always_negative && std::abs(neg_scale) <= 0.0) {
        negative = nullptr;
        if (is_one(step.cfg)) empty = nullptr;
    }
    const GuidanceStep seen = guidance(step, &step.sides[0].conditions, negative, step.cfg);
    const std::vector<Tensor> all = seen.evaluate({seen.positive, negative, empty}, step.x, step.sigma, step.options);
    Pictures pictures{.positive = all[0], .negative = all[1]};
    for (const auto& change : step.options.before_cfg)
        pictures = change(seen, std::move(pictures));
    Tensor guided = perp_neg(pictures, all[2], neg_scale, step.cfg);
    for (const auto& change : step.options.after_cfg)
        guided = change(seen, pictures, std::move(guided));
    return guided;
}

// Sides: positive, and negative with a model of its own.
Tensor two_models(const GuiderStep& step) {
    const GuiderStep::Side &positive = step.sides[0], &negative = step.sides[1];
    const GuidanceStep seen = guidance(step, &positive.conditions, &negative.conditions, step.cfg);
    const Tensor with_prompt = (*positive.evaluate)({seen.positive}, step.x, step.sigma, step.options).front();
    if (is_one(step.cfg) && !step.options.always_negative) return with_prompt;
    const Tensor without = (*negative.evaluate)({seen.negative}, step.x, step.sigma, step.options).front();
    return apply_cfg(seen, {.positive = with_prompt, .negative = without});
}

}  // namespace

Tensor apply_cfg(const GuidanceStep& step, const Pictures& pictures) {
    Tensor guided = step.options.cfg ? step.options.cfg(step, pictures)
                                     : pictures.negative + (pictures.positive - pictures.negative) * step.cfg;
    for (const auto& change : step.options.after_cfg)
        guided = change(step, pictures, std::move(guided));
    return guided;
}

Tensor perp_neg(const Pictures& pictures, const Tensor& empty, double neg_scale, double cfg) {
    const Tensor positive = pictures.positive - empty, negative = pictures.negative - empty;
    const Tensor along = (negative * positive).sum() / positive.norm().square();
    return empty + cfg * (positive - (negative - along * positive) * neg_scale);
}

Guider cfg_guider(const Model& model, const Conditioning& positive, const Conditioning& negative, double cfg) {
    return {.model = model,
            .sides = {{.conditions = positive}, {.conditions = negative, .is_negative = true}},
            .guide = classifier_free,
            .cfg = cfg};
}

Guider basic_guider(const Model& model, const Conditioning& positive) {
    return {.model = model, .sides = {{.conditions = positive}}, .guide = classifier_free};
}

Guider dual_cfg_guider(const Model& model, const DualCfg& settings) {
    return {.model = model,
            .sides = {{.conditions = settings.first},
                      {.conditions = settings.second, .is_negative = true},
                      {.conditions = settings.negative, .is_negative = true}},
            .guide = [settings](const GuiderStep& step) { return dual(step, settings); }};
}

Guider perp_neg_guider(const Model& model, const PerpNeg& settings) {
    return {.model = model,
            .sides = {{.conditions = settings.positive},
                      {.conditions = settings.negative, .is_negative = true},
                      {.conditions = settings.empty, .is_negative = true}},
            .guide = [scale = settings.neg_scale](const GuiderStep& step) { return perpendicular(step, scale); },
            .cfg = settings.cfg};
}

Guider dual_model_guider(const Model& model, const Model& negative_model, const Conditioning& positive,
                         const Conditioning& negative, double cfg) {
    return {.model = model,
            .sides = {{.conditions = positive}, {.conditions = negative, .is_negative = true, .model = negative_model}},
            .guide = two_models,
            .cfg = cfg};
}

GuidedDenoiser::GuidedDenoiser(const Guider& guider, const SamplingTarget& target, const EvaluatedRun& run)
    : guider_(guider), options_(guider.model.options()) {
    const auto evaluator = std::make_shared<NetworkEvaluator>(guider.model, run);
    std::vector<ConditionList> lists = resolve(guider.model, guider.sides, target);
    for (std::size_t i = 0; i < lists.size(); ++i) {
        const std::optional<Model>& own = guider.sides[i].model;
        sides_.push_back({.evaluate = own ? std::make_shared<NetworkEvaluator>(*own, run) : evaluator,
                          .conditions = std::move(lists[i])});
    }
    for (const auto& start : guider.model.options().on_run)
        start(options_, {.model = guider.model, .schedule = run.schedule});
}

Tensor GuidedDenoiser::predict(const Tensor& x, float sigma, const ModelOptions& options) const {
    ModelOptions::Predict step = [&](const Tensor& at_x, float at_sigma, double cfg) {
        return guider_.guide({.sides = sides_, .options = options, .x = at_x, .sigma = at_sigma, .cfg = cfg});
    };
    for (auto wrapper = options.around_prediction.rbegin(); wrapper != options.around_prediction.rend(); ++wrapper)
        step = [&outer = *wrapper, next = std::move(step)](const Tensor& at_x, float at_sigma, double cfg) {
            return outer(at_x, at_sigma, cfg, next);
        };
    return step(x, sigma, guider_.cfg);
}

Denoiser::Guided GuidedDenoiser::guided(const Tensor& x, float sigma) const {
    Guided result;
    ModelOptions options = options_;
    options.always_negative = true;
    options.after_cfg.push_back([&result](const GuidanceStep&, const Pictures& pictures, Tensor picture) {
        result.uncond = pictures.negative;
        return picture;
    });
    result.denoised = predict(x, sigma, options);
    return result;
}

}  // namespace easel::inference
