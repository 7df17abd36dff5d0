#include "inference/guidance/step_cache.hpp"

#include "base/log.hpp"
#include "inference/sampling/model_options.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace easel::inference {
namespace {

// Every eighth cell of each side is enough to tell how much changes.
Tensor sparse(const Tensor& tensor) {
    constexpr int64_t stride = 8;
    return tensor.slice(-2, 0, std::nullopt, stride).slice(-1, 0, std::nullopt, stride);
}

double mean_change(const Tensor& now, const Tensor& before) { return (now - before).abs().mean().item<double>(); }

// Watches how strongly outputs follow inputs and says when a step can be left out.
class ChangeEstimate {
public:
    explicit ChangeEstimate(double threshold) : threshold_(threshold) {}

    // Looks at the input of a step. True: the output can be taken from the last ones, which `can_reuse` says are there.
    bool can_skip(const Tensor& input, bool can_reuse) {
        input_change_.reset();
        if (last_input_.defined()) input_change_ = mean_change(sparse(input), last_input_);
        if (!input_change_ || !output_size_ || !rate_) return false;
        accumulated_ += *rate_ * *input_change_ / *output_size_;
        if (accumulated_ < threshold_ && can_reuse) return true;
        accumulated_ = 0.0;
        return false;
    }

    // A step whose input was not looked at, since it is outside the part of the schedule.
    void pass_by() { input_change_.reset(); }

    void computed(const Tensor& input, const Tensor& output) {
        if (output_size_ && input_change_) rate_ = mean_change(sparse(output), last_output_) / *input_change_;
        last_input_ = sparse(input).clone();
        last_output_ = sparse(output).clone();
        output_size_ = output.abs().mean().item<double>();
    }

    double accumulated() const { return accumulated_; }

private:
    double threshold_, accumulated_ = 0.0;
    Tensor last_input_, last_output_;
    std::optional<double> input_change_, output_size_, rate_;  // rate: change of the output by that of the input
};

struct Range {
    double from, to;

    Range(const StepCache& settings, const Model& model)
        : from(model.parameterization().levels->percent_to_sigma(settings.start_percent)),
          to(model.parameterization().levels->percent_to_sigma(settings.end_percent)) {}
    bool is_over(float sigma) const { return sigma <= to; }
    bool has_begun(float sigma) const { return sigma <= from; }
};

void log_skip(const StepCache& settings, const char* name, float sigma, double change) {
    if (settings.verbose)
        logger("inference")
            ->info("{} leaves out the step at sigma {:.4f}, estimated change {:.4f}", name, sigma, change);
}

// What the network added to each condition's x.
class EasyCacheRun {
public:
    EasyCacheRun(const StepCache& settings, const Range& range)
        : settings_(settings), range_(range), change_(settings.reuse_threshold) {}

    void begin_evaluation() { skips_ = false; }

    Tensor operator()(const NetworkInput& input, const ModelOptions::Network& next) {
        const float sigma = input.evaluation.sigma;
        const std::vector<uint64_t>& conditions = input.evaluation.conditions;
        if (range_.is_over(sigma) || conditions.empty()) return next(input);
        const bool has_begun = range_.has_begun(sigma);
        if (has_begun) check_shape(input.x);
        const bool can_reuse = std::ranges::all_of(conditions, [&](uint64_t id) { return added_.contains(id); });
        if (has_begun && skips_ && can_reuse) return reused(input);
        if (has_begun && !first_) first_ = conditions.front();
        const auto place = first_ ? std::ranges::find(conditions, *first_) : conditions.end();
        const bool has_first = place != conditions.end();
        const int64_t members = input.x.size(0) / static_cast<int64_t>(conditions.size());
        const auto part = [&](const Tensor& batch) {
            return batch.narrow(0, members * (place - conditions.begin()), members);
        };
        if (has_first && has_begun) {
            if (change_.can_skip(part(input.x), can_reuse)) {
                log_skip(settings_, "EasyCache", sigma, change_.accumulated());
                skips_ = true;  // for the other conditions of this step as well
                return reused(input);
            }
        } else if (has_first) {
            change_.pass_by();
        }

        const Tensor output = next(input), difference = output - input.x;
        for (std::size_t i = 0; i < conditions.size(); ++i)
            added_[conditions[i]] = difference.narrow(0, members * static_cast<int64_t>(i), members);
        if (has_first) change_.computed(part(input.x), part(output));
        return output;
    }

private:
    Tensor reused(const NetworkInput& input) const {
        std::vector<Tensor> added;
        for (const uint64_t id : input.evaluation.conditions)
            added.push_back(added_.at(id));
        return input.x + at::cat(added);
    }

    void check_shape(const Tensor& x) {
        if (shape_.empty()) shape_ = x.sizes().slice(1).vec();
        if (x.sizes().slice(1) == at::IntArrayRef(shape_)) return;
        *this = EasyCacheRun(settings_, range_);
        shape_ = x.sizes().slice(1).vec();
    }

    StepCache settings_;
    Range range_;
    ChangeEstimate change_;
    std::map<uint64_t, Tensor> added_;  // by the condition's number
    std::optional<uint64_t> first_;     // the condition whose changes count
    std::vector<int64_t> shape_;
    bool skips_ = false;
};

class LazyCacheRun {
public:
    LazyCacheRun(const StepCache& settings, const Range& range)
        : settings_(settings), range_(range), change_(settings.reuse_threshold) {}

    Tensor operator()(const Tensor& x, float sigma, double cfg, const ModelOptions::Predict& next) {
        if (range_.is_over(sigma)) return next(x, sigma, cfg);
        if (!range_.has_begun(sigma)) {
            change_.pass_by();
        } else if (change_.can_skip(x, added_.defined())) {
            log_skip(settings_, "LazyCache", sigma, change_.accumulated());
            return x + added_;
        }
        const Tensor picture = next(x, sigma, cfg);
        added_ = picture - x;
        change_.computed(x, picture);
        return picture;
    }

private:
    StepCache settings_;
    Range range_;
    ChangeEstimate change_;
    Tensor added_;
};

}  // namespace

Model easy_cache(const Model& model, const StepCache& settings) {
    return with_run_state(model, [settings](ModelOptions& options, const RunStart& start) {
        const auto run = std::make_shared<EasyCacheRun>(settings, Range(settings, start.model));
        options.around_evaluation.push_back(
            [run](const Sides& sides, const Tensor& x, float sigma, const ModelOptions::Evaluate& next) {
                run->begin_evaluation();
                return next(sides, x, sigma);
            });
        options.around_network.push_back(
            [run](const NetworkInput& input, const ModelOptions::Network& next) { return (*run)(input, next); });
    });
}

Model lazy_cache(const Model& model, const StepCache& settings) {
    return with_run_state(model, [settings](ModelOptions& options, const RunStart& start) {
        const auto run = std::make_shared<LazyCacheRun>(settings, Range(settings, start.model));
        options.around_prediction.push_back(
            [run](const Tensor& x, float sigma, double cfg, const ModelOptions::Predict& next) {
                return (*run)(x, sigma, cfg, next);
            });
    });
}

}  // namespace easel::inference
