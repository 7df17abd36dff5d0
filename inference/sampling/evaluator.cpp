#include "inference/sampling/evaluator.hpp"

#include "base/error.hpp"
#include "base/host_memory.hpp"
#include "inference/control/control.hpp"
#include "inference/control/gligen.hpp"

#include <algorithm>

namespace easel::inference {

// One condition at one step: its part of x, and how much its prediction counts in every cell.
struct NetworkEvaluator::Job {
    const ResolvedCondition* condition;
    int64_t side;
    Tensor x, weight;
    NetworkInput inputs;                      // for the batch of x
    std::vector<double> hook_strengths = {};  // of the condition's hooks

    bool fits(const Job& other) const {
        if (condition->control != other.condition->control || inputs.grounding != other.inputs.grounding) return false;
        if (condition->hooks != other.condition->hooks) return false;
        return x.sizes() == other.x.sizes() && can_join(inputs, other.inputs);
    }
};

namespace {

constexpr int64_t fuzz = 8;  // cells over which a box without a mask fades in

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

// Those that fill up what the others leave come last. (comfy.samplers.finalize_default_conds)
std::vector<const ResolvedCondition*> defaults_last(const ConditionList& conditions) {
    std::vector<const ResolvedCondition*> order;
    for (const bool are_default : {false, true})
        for (const ResolvedCondition& condition : conditions)
            if (condition.is_default == are_default) order.push_back(&condition);
    return order;
}

// What the jobs from `first` on leave of a weight of 1 everywhere.
template <class Job>
Tensor remaining_weight(const std::vector<Job>& jobs, std::size_t first, const Tensor& x) {
    Tensor weight = at::ones_like(x);
    for (std::size_t i = first; i < jobs.size(); ++i) {
        if (jobs[i].condition->is_default) continue;
        const Tensor part = jobs[i].condition->box ? jobs[i].condition->box->of(weight) : weight;
        part.sub_(jobs[i].weight);
    }
    return weight.relu_();
}

// The jobs of `waiting` that fit the first one, `most` of them, last first as in the reference; they leave the list.
template <class Job>
std::vector<Job> take_batch(std::vector<Job>& waiting, int64_t most) {
    std::vector<Job> batch, rest;
    for (Job& job : waiting) {
        const bool has_room = static_cast<int64_t>(batch.size()) < most;
        (has_room && job.fits(waiting.front()) ? batch : rest).push_back(job);
    }
    std::reverse(batch.begin(), batch.end());
    waiting = std::move(rest);
    return batch;
}

Tensor predict(const Model& model, const NetworkInput& input, const ModelOptions& options) {
    ModelOptions::Network network = [&](const NetworkInput& seen) { return model.predict(seen); };
    for (auto wrapper = options.around_network.rbegin(); wrapper != options.around_network.rend(); ++wrapper)
        network = [&outer = *wrapper, next = std::move(network)](const NetworkInput& seen) {
            return outer(seen, next);
        };
    return network(input);
}

}  // namespace

const Model& NetworkEvaluator::model_for(const Job& job) const {
    constexpr std::uint64_t part_for_baked = 4;  // of the memory that is free
    const auto& hooks = job.condition->hooks;
    if (!hooks) {
        if (baked_) baked_->change_to(0, {});
        return model_;
    }
    if (!baked_) baked_.emplace(model_.weights(), host_memory().available / part_for_baked);
    const std::pair key(hooks, job.hook_strengths);
    auto found = hooked_.find(key);
    if (found == hooked_.end()) {
        const PatchList patches = hooks->patches(HookGroup::Target::model, model_.weights(),
                                                 model_.network().lora_keys(), job.hook_strengths);
        Hooked hooked{.model = model_.with_patches(patches), .number = std::ssize(hooked_) + 1, .keys = {}};
        for (const auto& [weight, patch] : patches)
            hooked.keys.insert(weight);
        found = hooked_.emplace(key, std::move(hooked)).first;
    }
    baked_->change_to(found->second.number, found->second.keys);
    return found->second.model;
}

// The pictures that the network sees in the jobs' parts of x.
std::vector<Tensor> NetworkEvaluator::run_network(const std::vector<Job>& batch, float sigma,
                                                  const ModelOptions& options) const {
    if (run_.stop && run_.stop()) throw Interrupted();
    const Parameterization& parameterization = model_.parameterization();
    Evaluation evaluation{.sigma = sigma, .schedule = run_.schedule, .generator = run_.generator};
    std::vector<Tensor> parts;
    std::vector<const NetworkInput*> inputs;
    for (const Job& job : batch) {
        parts.push_back(job.x);
        inputs.push_back(&job.inputs);
        evaluation.sides.push_back(job.side);
        evaluation.conditions.push_back(job.condition->id);
    }
    const Tensor x = at::cat(parts);
    NetworkInput input = joined(inputs);
    input.grounding = batch.front().inputs.grounding;  // one condition has it to itself
    if (const auto& control = batch.front().condition->control)
        input.control = evaluate_controls(*control, model_, x, sigma, input, static_cast<int64_t>(batch.size()));
    input.x = parameterization.prediction->network_input(x, sigma);
    input.timestep = at::full({x.size(0)}, parameterization.levels->timestep(sigma), x.options());
    input.evaluation = std::move(evaluation);
    input.patches = &options.patches;
    return parameterization.prediction->denoised(predict(model_for(batch.front()), input, options), x, sigma)
        .chunk(static_cast<int64_t>(batch.size()));
}

std::vector<Tensor> NetworkEvaluator::run_batch(const std::vector<Job>& batch, float sigma,
                                                const ModelOptions& options) const {
    try {
        return run_network(batch, sigma, options);
    } catch (const OutOfMemory&) {
        if (batch.size() == 1) throw;
    }
    std::vector<Tensor> pictures;
    for (const Job& job : batch)
        pictures.push_back(run_network({job}, sigma, options).front());
    return pictures;
}

std::vector<Tensor> NetworkEvaluator::operator()(const Sides& sides, const Tensor& x, float sigma,
                                                 const ModelOptions& options) const {
    ModelOptions::Evaluate whole = [&](const Sides& wanted, const Tensor& at_x, float at_sigma) {
        return evaluate(wanted, at_x, at_sigma, options);
    };
    for (auto wrapper = options.around_evaluation.rbegin(); wrapper != options.around_evaluation.rend(); ++wrapper)
        whole = [&outer = *wrapper, next = std::move(whole)](const Sides& wanted, const Tensor& at_x, float at_sigma) {
            return outer(wanted, at_x, at_sigma, next);
        };
    return whole(sides, x, sigma);
}

std::vector<Tensor> NetworkEvaluator::evaluate(const Sides& sides, const Tensor& x, float sigma,
                                               const ModelOptions& options) const {
    std::vector<Job> waiting;
    for (std::size_t side = 0; side < sides.size(); ++side) {
        if (!sides[side]) continue;
        const std::size_t first = waiting.size();
        for (const ResolvedCondition* each : defaults_last(*sides[side])) {
            const ResolvedCondition& condition = *each;
            if (!applies(condition, sigma)) continue;
            Job job{.condition = &condition, .side = static_cast<int64_t>(side)};
            job.x = condition.box ? condition.box->of(x) : x;
            job.weight = weight_of(condition, job.x, x.sizes());
            if (condition.is_default) {
                job.weight = remaining_weight(waiting, first, x);
                if (job.weight.max().item<float>() == 0.0f) break;
                if (condition.box) job.weight = condition.box->of(job.weight);
            }
            if (condition.hooks)
                job.hook_strengths =
                    hook_progress_.strengths(*condition.hooks, sigma, *model_.parameterization().levels);
            NetworkInput inputs = condition.inputs;
            if (condition.box && inputs.concat.defined()) inputs.concat = condition.box->of(inputs.concat);
            job.inputs = repeated(inputs, x.size(0), x.device());
            if (condition.grounded)
                job.inputs.grounding = condition.grounded->model->grounding(condition.grounded->phrases, job.x.sizes());
            waiting.push_back(std::move(job));
        }
    }

    std::vector<Tensor> sums, weights;
    for (std::size_t side = 0; side < sides.size(); ++side) {
        sums.push_back(at::zeros_like(x));
        weights.push_back(at::full_like(x, 1e-37));
    }
    while (!waiting.empty()) {
        const std::vector<Job> batch = take_batch(waiting, run_.most_joined);
        const std::vector<Tensor> pictures = run_batch(batch, sigma, options);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const Job& job = batch[i];
            const auto side = static_cast<std::size_t>(job.side);
            const auto place = [&](Tensor& whole) {
                return job.condition->box ? job.condition->box->of(whole) : whole;
            };
            place(sums[side]).add_(pictures[i] * job.weight);
            place(weights[side]).add_(job.weight);
        }
    }
    for (std::size_t side = 0; side < sides.size(); ++side)
        sums[side] = sums[side] / weights[side];
    return sums;
}

ConditionList NetworkEvaluator::prepare(const Conditioning& conditions, const Tensor& x) const {
    const SamplingTarget target{.shape = x.sizes(), .latent = x, .noise_mask = {}, .format = &model_.latent_format()};
    return resolve(model_, {{.conditions = conditions, .is_negative = true}}, target).front();
}

}  // namespace easel::inference
