// Guiders: how the pictures that a model sees with several prompts become the one that sampling steps to. The plain one
// is classifier-free guidance (Ho and Salimans 2022).
#pragma once

#include "inference/models/model.hpp"
#include "inference/sampling/evaluator.hpp"
#include "inference/sampling/resolved_condition.hpp"
#include "inference/sampling/sampler.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace easel::inference {

// One step of a guider, its conditions made ready.
struct GuiderStep {
    // A side of the guider: the evaluator of its model, and its conditions.
    struct Side {
        std::shared_ptr<const ConditionEvaluator> evaluate;
        ConditionList conditions;
    };
    const std::vector<Side>& sides;
    const ModelOptions& options;
    const Tensor& x;
    float sigma;
    double cfg;
};

// What GUIDER links carry. Made by the functions below.
struct Guider {
    Model model;
    std::vector<GuidedSide> sides;
    std::function<Tensor(const GuiderStep&)> guide;
    double cfg = 1.0;
};

// With cfg 1 the negative side is not evaluated, unless the model's options ask for it.
Guider cfg_guider(const Model& model, const Conditioning& positive, const Conditioning& negative, double cfg);
// The prompt alone.
Guider basic_guider(const Model& model, const Conditioning& positive);

// Two prompts and a negative one. `regular`: each step of first - second - negative has a scale of its own. `nested`:
// the first is guided away from the second, and the result away from the negative.
enum class DualCfgStyle { regular, nested };
struct DualCfg {
    Conditioning first, second, negative;
    double cfg_conds = 8.0;            // between first and second
    double cfg_second_negative = 8.0;  // between second and negative
    DualCfgStyle style = DualCfgStyle::regular;
};
Guider dual_cfg_guider(const Model& model, const DualCfg& settings);

// Perp-Neg (arXiv 2304.04968): only that part of the negative prompt's direction counts that is perpendicular to the
// positive one's, both seen from an empty prompt.
struct PerpNeg {
    Conditioning positive, negative, empty;
    double cfg = 8.0;
    double neg_scale = 1.0;
};
Guider perp_neg_guider(const Model& model, const PerpNeg& settings);
Tensor perp_neg(const Pictures& pictures, const Tensor& empty, double neg_scale, double cfg);

// The negative side is another model's, which sees the positive one's options.
Guider dual_model_guider(const Model& model, const Model& negative_model, const Conditioning& positive,
                         const Conditioning& negative, double cfg);

// A guider in a run of sampling.
class GuidedDenoiser : public Denoiser {
public:
    GuidedDenoiser(const Guider& guider, const SamplingTarget& target, const EvaluatedRun& run);

    Tensor operator()(const Tensor& x, float sigma) const override { return predict(x, sigma, options_); }
    Guided guided(const Tensor& x, float sigma) const override;
    const Parameterization& parameterization() const override { return guider_.model.parameterization(); }
    const ModelOptions* options() const override { return &options_; }
    Tensor with(const ModelOptions& options, const Tensor& x, float sigma) const override {
        return predict(x, sigma, options);
    }

private:
    Tensor predict(const Tensor& x, float sigma, const ModelOptions& options) const;

    const Guider& guider_;
    std::vector<GuiderStep::Side> sides_;
    ModelOptions options_;
};

// The result of guidance for pictures that were seen already, with the functions that the options put around it.
Tensor apply_cfg(const GuidanceStep& step, const Pictures& pictures);

}  // namespace easel::inference
