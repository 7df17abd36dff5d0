#include "inference/patches/hooks.hpp"

#include "inference/patches/merge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>

namespace easel::inference {
namespace {

// Python's math.isclose.
bool is_close(double a, double b) { return a == b || std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)); }

// weight += strength * (the other checkpoint's - this one's own, without patches).
PatchList difference(const std::shared_ptr<WeightTable>& own, const std::shared_ptr<WeightTable>& other,
                     double strength) {
    const auto shared = [&](double factor) {
        return [&other, factor](std::string_view key) -> std::optional<MergeRatio> {
            if (other->find(key) == nullptr) return std::nullopt;
            return MergeRatio{.own = 1.0, .other = factor};
        };
    };
    PatchList patches = merge_patches(*own, other, nullptr, shared(strength));
    const PatchList without = merge_patches(*own, own, nullptr, shared(-strength));
    patches.insert(patches.end(), without.begin(), without.end());
    return patches;
}

// The parts of the schedule that keyframes divide it into; neighbours of the same strength are one part.
std::vector<HookGroup::Span> parts_of(const HookKeyframes& keyframes) {
    std::vector<HookGroup::Span> parts;
    HookKeyframe last = keyframes.frames.front();
    for (const HookKeyframe& frame : keyframes.frames) {
        if (frame.start_percent == last.start_percent) {
            last = frame;
        } else if (!is_close(frame.strength, last.strength)) {
            parts.push_back({last.start_percent, frame.start_percent, {last.strength}});
            last = frame;
        }
    }
    if (!is_close(last.start_percent, 1.0)) parts.push_back({last.start_percent, 1.0, {last.strength}});
    return parts;
}

}  // namespace

HookKeyframes HookKeyframes::with(HookKeyframe frame) const {
    HookKeyframes longer = *this;
    longer.frames.push_back(frame);
    std::ranges::stable_sort(longer.frames, {}, &HookKeyframe::start_percent);
    return longer;
}

std::vector<double> interpolated(double from, double to, int64_t count, const std::string& method) {
    const bool is_linear = method == "linear";
    Tensor values = is_linear ? at::linspace(from, to, count, at::kFloat) : at::linspace(0.0, 1.0, count, at::kFloat);
    if (method == "ease_in") values = values.square();
    if (method == "ease_out") values = 1.0 - (1.0 - values).square();
    if (method == "ease_in_out") values = (1.0 - (values * std::numbers::pi).cos()) / 2.0;
    if (!is_linear) values = values * (to - from) + from;
    std::vector<double> result;
    for (int64_t i = 0; i < count; ++i)
        result.push_back(static_cast<double>(values[i].item<float>()));
    return result;
}

HookGroup HookGroup::with(const HookGroup& other) const {
    HookGroup both = *this;
    for (const WeightHook& hook : other.hooks_)
        if (std::ranges::find(both.hooks_, hook.change, &WeightHook::change) == both.hooks_.end())
            both.hooks_.push_back(hook);
    return both;
}

HookGroup HookGroup::with_keyframes(const HookKeyframes& keyframes) const {
    HookGroup group = *this;
    const auto shared = std::make_shared<const HookKeyframes>(keyframes);
    for (WeightHook& hook : group.hooks_)
        hook.keyframes = shared;
    return group;
}

std::vector<HookGroup::Span> HookGroup::spans() const {
    std::vector<std::vector<Span>> parts;  // of each hook
    std::set<double> borders{0.0};
    for (const WeightHook& hook : hooks_) {
        const bool is_constant = !hook.keyframes || hook.keyframes->frames.empty();
        parts.push_back(is_constant ? std::vector<Span>{{0.0, 1.0, {1.0}}} : parts_of(*hook.keyframes));
        for (const Span& part : parts.back())
            borders.insert({part.start_percent, part.end_percent});
    }
    std::vector<Span> spans;
    for (auto border = borders.begin(); std::next(border) != borders.end(); ++border) {
        Span span{*border, *std::next(border), {}};
        for (const auto& own : parts) {
            const auto part = std::ranges::find_if(own, [&](const Span& candidate) {
                return candidate.start_percent < span.end_percent && candidate.end_percent > span.start_percent;
            });
            span.strengths.push_back(part == own.end() ? 1.0 : part->strengths.front());
        }
        spans.push_back(std::move(span));
    }
    return spans;
}

PatchList HookGroup::patches(Target target, const std::shared_ptr<WeightTable>& weights, const LoraKeys& names,
                             const std::vector<double>& strengths) const {
    PatchList all;
    for (std::size_t i = 0; i < hooks_.size(); ++i) {
        const WeightChange& change = *hooks_[i].change;
        const bool of_model = target == Target::model;
        const double strength = (of_model ? change.strength_model : change.strength_clip) * strengths[i];
        const auto& other = of_model ? change.model_weights : change.clip_weights;
        if (strength == 0.0) continue;
        const PatchList own = change.lora ? change.lora->patches_for(names, strength)
                              : other     ? difference(weights, other, strength)
                                          : PatchList();
        all.insert(all.end(), own.begin(), own.end());
    }
    return all;
}

HookProgress::HookProgress(const Sigmas& schedule)
    : first_sigma_(schedule.empty() ? std::numeric_limits<float>::max() : *std::ranges::max_element(schedule)) {}

void HookProgress::advance(const HookKeyframes& keyframes, Place& place, float sigma, const NoiseLevels& levels) const {
    if (place.sigma == sigma) return;
    const auto& frames = keyframes.frames;
    const auto start = [&](const HookKeyframe& frame) {
        return static_cast<float>(levels.percent_to_sigma(frame.start_percent));
    };
    // A keyframe from before the run has had its steps.
    const auto guaranteed = [&](const HookKeyframe& frame) {
        return start(frame) > first_sigma_ ? 0 : frame.guarantee_steps;
    };
    if (place.steps >= guaranteed(frames[place.frame])) {
        for (std::size_t i = place.frame + 1; i < frames.size() && start(frames[i]) >= sigma; ++i) {
            place.frame = i;
            place.steps = 0;
            if (guaranteed(frames[i]) > 0) break;
        }
    }
    ++place.steps;
    place.sigma = sigma;
}

std::vector<double> HookProgress::strengths(const HookGroup& hooks, float sigma, const NoiseLevels& levels) {
    std::vector<double> strengths;
    for (const WeightHook& hook : hooks.hooks()) {
        strengths.push_back(1.0);
        if (!hook.keyframes || hook.keyframes->frames.empty()) continue;
        Place& place = places_[hook.keyframes];
        advance(*hook.keyframes, place, sigma, levels);
        strengths.back() = hook.keyframes->frames[place.frame].strength;
    }
    return strengths;
}

}  // namespace easel::inference
