// Classifier-free guidance (Ho and Salimans 2022) over any number of conditions: each is evaluated over its box, the
// predictions of one side are averaged by their masks, and the two sides are extrapolated.
#pragma once

#include "inference/models/model.hpp"
#include "inference/sampling/resolved_condition.hpp"
#include "inference/sampling/sampler.hpp"

#include <functional>
#include <vector>

namespace easel::inference {

class CfgGuider : public Denoiser {
public:
    // `stop` is looked at before every run of the network; true throws Interrupted. May be empty.
    CfgGuider(const Model& model, ResolvedConditions conditions, double cfg, std::function<bool()> stop)
        : model_(model), conditions_(std::move(conditions)), cfg_(cfg), stop_(std::move(stop)) {}

    // With cfg 1 the negative side is not evaluated.
    Tensor operator()(const Tensor& x, float sigma) const override;
    Guided guided(const Tensor& x, float sigma) const override;
    const Parameterization& parameterization() const override { return model_.parameterization(); }

private:
    struct Sides {
        Tensor positive, negative;
    };
    enum class Negative { skip, compute };
    Sides evaluate(const Tensor& x, float sigma, Negative negative) const;
    Guided combine(const Sides& sides) const;

    const Model& model_;
    ResolvedConditions conditions_;
    double cfg_;
    std::function<bool()> stop_;
};

}  // namespace easel::inference
