// How a run of sampling uses a model beyond its network: functions around guidance and evaluation, and patches to the
// network's blocks. Immutable once a Model handle carries it; nodes make changed copies.
#pragma once

#include "inference/models/model.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/sampling/resolved_condition.hpp"
#include "inference/tensor.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace easel::inference {

struct ModelOptions;

using ConditionList = std::vector<ResolvedCondition>;
// The sides of guidance to evaluate, null for one that is not wanted.
using Sides = std::vector<const ConditionList*>;

// Shows conditions to the network.
class ConditionEvaluator {
public:
    virtual ~ConditionEvaluator() = default;

    // The picture that each side sees in `x`; zeros for a side that is null or has no condition at this level.
    virtual std::vector<Tensor> operator()(const Sides& sides, const Tensor& x, float sigma,
                                           const ModelOptions& options) const = 0;
    // Conditions that came with a node instead of a guider, ready for evaluation.
    virtual ConditionList prepare(const Conditioning& conditions, const Tensor& x) const = 0;
    virtual const Model& model() const = 0;
};

// One step as the functions below see it.
struct GuidanceStep {
    const ConditionEvaluator& evaluate;
    const ModelOptions& options;
    const Tensor& x;
    float sigma;
    double cfg;
    const ConditionList* positive;  // null: not evaluated
    const ConditionList* negative;
};

// What the model sees in x with each side's prompt.
struct Pictures {
    Tensor positive, negative;
};

// What is known when a run of sampling starts.
struct RunStart {
    const Model& model;
    const Sigmas& schedule;
};

struct ModelOptions {
    // In place of negative + cfg * (positive - negative).
    std::function<Tensor(const GuidanceStep&, const Pictures&)> cfg;
    // Change the pictures before guidance, and its result; in this order.
    std::vector<std::function<Pictures(const GuidanceStep&, Pictures)>> before_cfg;
    std::vector<std::function<Tensor(const GuidanceStep&, const Pictures&, Tensor guided)>> after_cfg;
    // The negative side is evaluated even where cfg is 1.
    bool always_negative = false;

    // In place of evaluating the two sides together.
    std::function<Pictures(const GuidanceStep&)> evaluate;
    // Around the prediction of a step, the first outermost. `next` is what is wrapped.
    using Predict = std::function<Tensor(const Tensor& x, float sigma, double cfg)>;
    std::vector<std::function<Tensor(const Tensor& x, float sigma, double cfg, const Predict& next)>> around_prediction;
    // Around the evaluation of conditions, the first outermost.
    using Evaluate = std::function<std::vector<Tensor>(const Sides& sides, const Tensor& x, float sigma)>;
    std::vector<
        std::function<std::vector<Tensor>(const Sides& sides, const Tensor& x, float sigma, const Evaluate& next)>>
        around_evaluation;
    // Around the network itself, the first outermost.
    using Network = std::function<Tensor(const NetworkInput&)>;
    std::vector<std::function<Tensor(const NetworkInput&, const Network& next)>> around_network;

    NetworkPatches patches;

    // Change the noise that a run starts from.
    std::vector<std::function<Tensor(Tensor noise, uint64_t seed)>> on_noise;
    // Change what a run made, in the scale of the autoencoder.
    std::vector<std::function<Tensor(Tensor samples)>> on_result;
    // What nodes hand to one sampler, by the name that both know.
    Attachments attached;
    // Called when a run starts, with the run's own copy of the options: for functions that keep state through a run.
    std::vector<std::function<void(ModelOptions& of_run, const RunStart&)>> on_run;
};

// A copy of the handle whose options `change` has changed.
template <class Change>
Model with_changed_options(const Model& model, const Change& change) {
    auto options = std::make_shared<ModelOptions>(model.options());
    change(*options);
    return model.with_options(std::move(options));
}

// A copy of the handle with a function whose state belongs to one run of sampling: `start(options, run)` adds it.
template <class Start>
Model with_run_state(const Model& model, Start start) {
    return with_changed_options(model, [&](ModelOptions& options) { options.on_run.push_back(std::move(start)); });
}

}  // namespace easel::inference
