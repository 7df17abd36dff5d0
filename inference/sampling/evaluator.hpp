// Shows conditions to the network: each is evaluated over its box, as many as fit together in one batch, and the
// predictions of one side are averaged by their masks.
#pragma once

#include "inference/patches/baked_weights.hpp"
#include "inference/patches/hooks.hpp"
#include "inference/sampling/model_options.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace easel::inference {

// What all evaluations of one run of sampling share.
struct EvaluatedRun {
    Sigmas schedule;
    at::Generator generator = {};          // as in Evaluation
    std::function<bool()> stop = nullptr;  // looked at before every run of the network; true throws Interrupted
    // How many conditions share a batch at most.
    int64_t most_joined = std::numeric_limits<int64_t>::max();
};

class NetworkEvaluator : public ConditionEvaluator {
public:
    NetworkEvaluator(Model model, EvaluatedRun run)
        : model_(std::move(model)), run_(std::move(run)), hook_progress_(run_.schedule) {}

    std::vector<Tensor> operator()(const Sides& sides, const Tensor& x, float sigma,
                                   const ModelOptions& options) const override;
    ConditionList prepare(const Conditioning& conditions, const Tensor& x) const override;
    const Model& model() const override { return model_; }

private:
    struct Job;
    std::vector<Tensor> evaluate(const Sides& sides, const Tensor& x, float sigma, const ModelOptions& options) const;
    // Each alone where memory is short for all of them at once.
    std::vector<Tensor> run_batch(const std::vector<Job>& batch, float sigma, const ModelOptions& options) const;
    std::vector<Tensor> run_network(const std::vector<Job>& batch, float sigma, const ModelOptions& options) const;

    // The handle with the weights that the job's condition asks for, which are used next.
    const Model& model_for(const Job& job) const;

    Model model_;
    EvaluatedRun run_;
    mutable HookProgress hook_progress_;
    // What conditions with hooks make of the model, by the strengths that these have.
    struct Hooked {
        Model model;
        int64_t number;              // from 1 on
        std::set<std::string> keys;  // of the weights that are changed
    };
    mutable std::map<std::pair<std::shared_ptr<const HookGroup>, std::vector<double>>, Hooked> hooked_;
    mutable std::optional<BakedWeights> baked_;  // since there are hooks
};

}  // namespace easel::inference
