#include "inference/sampling/guider.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace {

constexpr int64_t fuzz = 8;  // cells over which a box without a mask fades in

// One condition at one step: its part of x, and how much its prediction counts in every cell.
struct Job {
    const ResolvedCondition* condition;
    bool is_negative;
    Tensor x, weight;
    NetworkInput inputs;  // for the batch of x
};

bool applies(const ResolvedCondition& condition, float sigma) {
    if (condition.first_sigma && sigma > static_cast<float>(*condition.first_sigma)) return false;
    return !(condition.last_sigma && sigma < static_cast<float>(*condition.last_sigma));
}

// Lets a box fade towards the sides that are not the latent's.
void fade_edges(Tensor& weight, const Box& box, at::IntArrayRef whole) {
    for (std::size_t d = 0; d < box.size.size(); ++d) {
        const auto dimension = static_cast<int64_t>(d) + 2;
        const int64_t width = std::min(fuzz, weight.size(dimension) / 4);
        for (int64_t t = 0; t < width; ++t) {
            const double share = 1.0 / static_cast<double>(width) * static_cast<double>(t + 1);
            if (box.start[d] != 0) weight.narrow(dimension, t, 1).mul_(share);
            if (box.start[d] + box.size[d] < whole[d + 2]) weight.narrow(dimension, box.size[d] - 1 - t, 1).mul_(share);
        }
    }
}

Tensor weight_of(const ResolvedCondition& condition, const Tensor& part, at::IntArrayRef whole) {
    if (condition.mask) {
        Tensor mask = condition.mask->narrow(0, 0, std::min(condition.mask->size(0), part.size(0)));
        if (condition.box) mask = condition.box->of(mask, 1);
        mask = (mask * condition.mask_strength).unsqueeze(1);
        std::vector<int64_t> repeats(static_cast<std::size_t>(mask.dim()), 1);
        repeats[0] = part.size(0) / mask.size(0);
        repeats[1] = part.size(1);
        return mask.repeat(repeats).to(part.device()) * condition.strength;
    }
    Tensor weight = at::ones_like(part) * condition.strength;
    if (condition.box) fade_edges(weight, *condition.box, whole);
    return weight;
}

Job make_job(const ResolvedCondition& condition, bool is_negative, const Tensor& x) {
    Job job{.condition = &condition, .is_negative = is_negative};
    job.x = condition.box ? condition.box->of(x) : x;
    job.weight = weight_of(condition, job.x, x.sizes());
    NetworkInput inputs = condition.inputs;
    if (condition.box && inputs.concat.defined()) inputs.concat = condition.box->of(inputs.concat);
    job.inputs = repeated(inputs, x.size(0), x.device());
    return job;
}

bool fits(const Job& a, const Job& b) { return a.x.sizes() == b.x.sizes() && can_join(a.inputs, b.inputs); }

// The jobs of `waiting` that fit the first one, last first as in the reference; they leave the list.
std::vector<Job> take_batch(std::vector<Job>& waiting) {
    std::vector<Job> batch, rest;
    for (Job& job : waiting)
        (fits(job, waiting.front()) ? batch : rest).push_back(job);
    std::reverse(batch.begin(), batch.end());
    waiting = std::move(rest);
    return batch;
}

// The pictures that the network sees in the jobs' parts of x.
std::vector<Tensor> run_network(const Model& model, const std::vector<Job>& batch, float sigma) {
    const Prediction& prediction = *model.parameterization().prediction;
    std::vector<Tensor> parts;
    std::vector<const NetworkInput*> inputs;
    for (const Job& job : batch) {
        parts.push_back(job.x);
        inputs.push_back(&job.inputs);
    }
    const Tensor x = at::cat(parts);
    NetworkInput input = joined(inputs);
    input.x = prediction.network_input(x, sigma);
    input.timestep = at::full({x.size(0)}, model.parameterization().levels->timestep(sigma), x.options());
    return prediction.denoised(model.predict(input), x, sigma).chunk(static_cast<int64_t>(batch.size()));
}

}  // namespace

CfgGuider::Sides CfgGuider::evaluate(const Tensor& x, float sigma, Negative negative) const {
    std::vector<Job> waiting;
    for (const ResolvedCondition& condition : conditions_.positive)
        if (applies(condition, sigma)) waiting.push_back(make_job(condition, false, x));
    if (negative == Negative::compute)
        for (const ResolvedCondition& condition : conditions_.negative)
            if (applies(condition, sigma)) waiting.push_back(make_job(condition, true, x));

    const auto zeros = [&] { return at::zeros_like(x); };
    const auto no_weight = [&] { return at::full_like(x, 1e-37); };
    Sides sums{zeros(), zeros()}, weights{no_weight(), no_weight()};
    while (!waiting.empty()) {
        const std::vector<Job> batch = take_batch(waiting);
        if (stop_ && stop_()) throw Interrupted();
        const std::vector<Tensor> pictures = run_network(model_, batch, sigma);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const Job& job = batch[i];
            const auto place = [&](Tensor& whole) {
                return job.condition->box ? job.condition->box->of(whole) : whole;
            };
            place(job.is_negative ? sums.negative : sums.positive).add_(pictures[i] * job.weight);
            place(job.is_negative ? weights.negative : weights.positive).add_(job.weight);
        }
    }
    return {sums.positive / weights.positive, sums.negative / weights.negative};
}

Denoiser::Guided CfgGuider::combine(const Sides& sides) const {
    return {.denoised = sides.negative + (sides.positive - sides.negative) * cfg_, .uncond = sides.negative};
}

Tensor CfgGuider::operator()(const Tensor& x, float sigma) const {
    if (std::abs(cfg_ - 1.0) <= 1e-9 * std::max(std::abs(cfg_), 1.0))
        return evaluate(x, sigma, Negative::skip).positive;
    return combine(evaluate(x, sigma, Negative::compute)).denoised;
}

Denoiser::Guided CfgGuider::guided(const Tensor& x, float sigma) const {
    return combine(evaluate(x, sigma, Negative::compute));
}

}  // namespace easel::inference
