// Shows conditions to the network: each is evaluated over its box, as many as fit together in one batch, and the
// predictions of one side are averaged by their masks.
#pragma once

#include "inference/sampling/model_options.hpp"

#include <functional>

namespace easel::inference {

// What all evaluations of one run of sampling share.
struct EvaluatedRun {
    Sigmas schedule;
    at::Generator generator = {};          // as in Evaluation
    std::function<bool()> stop = nullptr;  // looked at before every run of the network; true throws Interrupted
};

class NetworkEvaluator : public ConditionEvaluator {
public:
    NetworkEvaluator(Model model, EvaluatedRun run) : model_(std::move(model)), run_(std::move(run)) {}

    std::vector<Tensor> operator()(const Sides& sides, const Tensor& x, float sigma,
                                   const ModelOptions& options) const override;
    ConditionList prepare(const Conditioning& conditions, const Tensor& x) const override;
    const Model& model() const override { return model_; }

private:
    struct Job;
    std::vector<Tensor> evaluate(const Sides& sides, const Tensor& x, float sigma, const ModelOptions& options) const;
    std::vector<Tensor> run_network(const std::vector<Job>& batch, float sigma, const ModelOptions& options) const;

    Model model_;
    EvaluatedRun run_;
};

}  // namespace easel::inference
