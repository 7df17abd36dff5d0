#include "inference/guidance/context_windows.hpp"

#include "base/error.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/sampling/noise.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>

namespace easel::inference {
namespace {

// The frames of one window, and the one before them that leads in.
struct Frames {
    std::vector<int64_t> indices;
    std::optional<int64_t> lead;
    std::vector<int64_t> seen;  // what the network sees: the lead, then the window

    Frames(const std::vector<int64_t>& window, bool leads_in) : indices(window), seen(window) {
        if (leads_in && window.front() > 0) {
            lead = window.front() - 1;
            seen.insert(seen.begin(), *lead);
        }
    }
};

// The window's part of `whole`, with the kept frames at their own places.
Tensor part(const Tensor& whole, int64_t dimension, const Frames& frames, const std::vector<int64_t>& kept) {
    if (dimension == 0 && whole.size(0) == 1) return whole;
    const auto index = [&](const std::vector<int64_t>& list) { return at::tensor(list, at::kLong).to(whole.device()); };
    Tensor window = whole.index_select(dimension, index(frames.seen));
    if (!kept.empty()) window.index_copy_(dimension, index(kept), whole.index_select(dimension, index(kept)));
    return window;
}

// Takes the window's part of an input that has as many frames as the latent.
void cut(Tensor& input, const ContextWindows& windows, int64_t total, const Frames& frames) {
    if (!input.defined() || input.dim() <= windows.dimension || input.size(windows.dimension) != total) return;
    input = part(input, windows.dimension, frames, windows.kept_conditions);
}

ResolvedCondition cut_condition(ResolvedCondition condition, const ContextWindows& windows, int64_t total,
                                const Frames& frames) {
    NetworkInput& inputs = condition.inputs;
    for (Tensor* input : {&inputs.context, &inputs.vector, &inputs.concat, &inputs.guidance, &inputs.attention_mask})
        cut(*input, windows, total, frames);
    for (auto& [name, input] : inputs.extra)
        cut(input, windows, total, frames);
    if (condition.mask) {
        // Masks have no channels.
        const int64_t dimension = windows.dimension > 1 ? windows.dimension - 1 : windows.dimension;
        if (dimension < condition.mask->dim() && condition.mask->size(dimension) == total)
            condition.mask = part(*condition.mask, dimension, frames, {});
    }
    return condition;
}

class WindowedEvaluation {
public:
    WindowedEvaluation(const ContextWindows& windows, const Sigmas& schedule)
        : windows_(windows), schedule_(schedule) {}

    std::vector<Tensor> operator()(const Sides& sides, const Tensor& x, float sigma,
                                   const ModelOptions::Evaluate& next) {
        const int64_t dimension = windows_.dimension;
        if (dimension >= x.dim() || x.size(dimension) <= windows_.length) return next(sides, x, sigma);
        find_step(sigma);
        const int64_t total = x.size(dimension);
        std::vector<Tensor> sums, weights;
        for (std::size_t i = 0; i < sides.size(); ++i) {
            sums.push_back(at::zeros_like(x));
            weights.push_back(at::zeros(along(x, total), x.options()));
        }
        for (const std::vector<int64_t>& window : window_frames(windows_, total, step_)) {
            const Frames frames(window, windows_.leads_in);
            const std::vector<Tensor> seen = evaluate(sides, x, sigma, frames, next);
            for (std::size_t i = 0; i < sides.size(); ++i)
                blend(sums[i], weights[i], seen[i], window);
        }
        if (windows_.blend != "relative")
            for (std::size_t i = 0; i < sides.size(); ++i)
                sums[i] = sums[i] / weights[i];
        return sums;
    }

private:
    // The shape of one number for each of `count` frames.
    std::vector<int64_t> along(const Tensor& x, int64_t count) const {
        std::vector<int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
        shape[static_cast<std::size_t>(windows_.dimension)] = count;
        return shape;
    }

    // Evaluations between two levels of the schedule belong to the step before.
    void find_step(float sigma) {
        for (std::size_t i = 0; i < schedule_.size(); ++i)
            if (std::abs(schedule_[i] - sigma) <= 1e-8f + 1e-4f * std::abs(sigma)) {
                step_ = static_cast<int64_t>(i);
                return;
            }
    }

    std::vector<Tensor> evaluate(const Sides& sides, const Tensor& x, float sigma, const Frames& frames,
                                 const ModelOptions::Evaluate& next) const {
        const int64_t total = x.size(windows_.dimension);
        std::vector<ConditionList> lists(sides.size());
        Sides cut_sides(sides.size(), nullptr);
        for (std::size_t i = 0; i < sides.size(); ++i) {
            if (!sides[i]) continue;
            for (const ResolvedCondition* condition : wanted(*sides[i], frames, total))
                lists[i].push_back(cut_condition(*condition, windows_, total, frames));
            cut_sides[i] = &lists[i];
        }
        std::vector<Tensor> seen = next(cut_sides, part(x, windows_.dimension, frames, windows_.kept_latent), sigma);
        if (frames.lead)
            for (Tensor& picture : seen)
                picture = picture.narrow(windows_.dimension, 1, picture.size(windows_.dimension) - 1);
        return seen;
    }

    std::vector<const ResolvedCondition*> wanted(const ConditionList& all, const Frames& frames, int64_t total) const {
        std::vector<const ResolvedCondition*> result;
        for (const ResolvedCondition& condition : all)
            result.push_back(&condition);
        if (!windows_.splits_conditions || all.size() < 2) return result;
        const auto [first, last] = std::ranges::minmax(frames.indices);
        const double middle = static_cast<double>(first + last) / (2.0 * static_cast<double>(total));
        const auto region = static_cast<std::size_t>(middle * static_cast<double>(all.size()));
        return {result[std::min(region, all.size() - 1)]};
    }

    void blend(Tensor& sum, Tensor& weight, const Tensor& seen, const std::vector<int64_t>& window) const {
        const int64_t dimension = windows_.dimension, length = static_cast<int64_t>(window.size());
        const Tensor index = at::tensor(window, at::kLong).to(sum.device());
        if (windows_.blend != "relative") {
            const Tensor share = at::tensor(window_weights(windows_, window, sum.size(dimension)), sum.options())
                                     .reshape(along(sum, length));
            sum.index_add_(dimension, index, seen * share);
            weight.index_add_(dimension, index, share);
            return;
        }
        // A running mean whose weights fall from the middle of each window to its ends.
        const double middle = static_cast<double>(window.front() + window.back()) / 2.0;
        const double half = (static_cast<double>(window.back() - window.front()) + 1e-2) / 2.0;
        std::vector<float> biases;
        for (const int64_t frame : window)
            biases.push_back(
                static_cast<float>(std::max(1e-2, 1.0 - std::abs(static_cast<double>(frame) - middle) / half)));
        const Tensor bias = at::tensor(biases, sum.options()).reshape(along(sum, length));
        const Tensor before = weight.index_select(dimension, index), now = before + bias;
        const Tensor mean = sum.index_select(dimension, index) * (before / now) + seen * (bias / now);
        sum.index_copy_(dimension, index, mean);
        weight.index_copy_(dimension, index, now);
    }

    ContextWindows windows_;
    Sigmas schedule_;
    int64_t step_ = 0;
};

// Frames after the first window get noise that the windows before them had, in another order.
Tensor shuffled(Tensor noise, const ContextWindows& windows, uint64_t seed) {
    const int64_t dimension = windows.dimension, total = noise.size(dimension),
                  stride = windows.length - windows.overlap;
    at::Generator generator = seeded_generator(seed);
    noise = noise.clone();
    for (int64_t start = 0; start < total - windows.length; start += stride) {
        const int64_t target = start + windows.length, count = std::min(stride, total - target);
        if (count <= 0) break;
        const Tensor source = at::randperm(count, generator, at::kLong) + start;
        noise.narrow(dimension, target, count).copy_(noise.index_select(dimension, source.to(noise.device())));
    }
    return noise;
}

}  // namespace

std::vector<int64_t> parse_frames(std::string_view text) {
    std::vector<int64_t> frames;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        std::string_view number = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        while (number.starts_with(' '))
            number.remove_prefix(1);
        while (number.ends_with(' '))
            number.remove_suffix(1);
        int64_t frame = 0;
        const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), frame);
        if (problem != std::errc() || end != number.data() + number.size())
            throw UserError("'" + std::string(number) + "' is not a frame; a list of frames looks like 0, 3");
        frames.push_back(frame);
    }
    return frames;
}

Model with_context_windows(const Model& model, const ContextWindows& windows) {
    if (windows.overlap >= windows.length)
        throw UserError("context_overlap must be smaller than context_length, or the windows would not advance");
    return with_changed_options(model, [&](ModelOptions& options) {
        if (windows.shuffled_noise)
            options.on_noise.push_back([windows](Tensor noise, uint64_t seed) {
                if (windows.dimension >= noise.dim()) return noise;
                return shuffled(std::move(noise), windows, seed);
            });
        options.on_run.push_back([windows](ModelOptions& of_run, const RunStart& start) {
            const auto run = std::make_shared<WindowedEvaluation>(windows, start.schedule);
            const auto evaluate = [run](const Sides& sides, const Tensor& x, float sigma,
                                        const ModelOptions::Evaluate& next) { return (*run)(sides, x, sigma, next); };
            of_run.around_evaluation.insert(of_run.around_evaluation.begin(), evaluate);
        });
    });
}

}  // namespace easel::inference
