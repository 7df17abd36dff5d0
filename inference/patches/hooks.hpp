// Changes to weights that single conditions ask for, instead of the whole model: LoRAs, or the difference to another
// checkpoint, whose strength may follow the schedule. What HOOKS links carry. (comfy.hooks)
#pragma once

#include "inference/patches/lora.hpp"
#include "inference/sampling/parameterization.hpp"
#include "inference/weights/weights.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {

// A strength from a share of the schedule on, for at least so many steps.
struct HookKeyframe {
    double strength = 1.0;
    double start_percent = 0.0;
    int64_t guarantee_steps = 1;
};

// In the order of their starts.
struct HookKeyframes {
    std::vector<HookKeyframe> frames;

    HookKeyframes with(HookKeyframe frame) const;
};

// `count` numbers from one to another, "linear", "ease_in", "ease_out" or "ease_in_out", in single precision.
std::vector<double> interpolated(double from, double to, int64_t count, const std::string& method);

// What a hook changes. Hooks are the same where they share it, whatever their keyframes.
struct WeightChange {
    std::shared_ptr<const Lora> lora;                          // or
    std::shared_ptr<WeightTable> model_weights, clip_weights;  // of the other checkpoint; null where it has none
    double strength_model = 1.0, strength_clip = 1.0;
};

struct WeightHook {
    std::shared_ptr<const WeightChange> change;
    std::shared_ptr<const HookKeyframes> keyframes = {};  // null: full strength throughout
};

class HookGroup {
public:
    HookGroup() = default;
    explicit HookGroup(std::vector<WeightHook> hooks) : hooks_(std::move(hooks)) {}

    const std::vector<WeightHook>& hooks() const { return hooks_; }
    // The hooks of both, each once.
    HookGroup with(const HookGroup& other) const;
    // All hooks follow `keyframes`.
    HookGroup with_keyframes(const HookKeyframes& keyframes) const;

    // A part of the schedule with what each hook's strength is multiplied by there.
    struct Span {
        double start_percent, end_percent;
        std::vector<double> strengths;
    };
    // Between the shares where strengths change: for text encoders. (get_hooks_for_clip_schedule)
    std::vector<Span> spans() const;

    // The changes to a model or to text encoders whose modules have these names.
    enum class Target { model, text_encoder };
    PatchList patches(Target target, const std::shared_ptr<WeightTable>& weights, const LoraKeys& names,
                      const std::vector<double>& strengths) const;

private:
    std::vector<WeightHook> hooks_;
};

// How far a run of sampling has come through the keyframes of its hooks. (HookKeyframeGroup)
class HookProgress {
public:
    explicit HookProgress(const Sigmas& schedule);

    // What each hook's strength is multiplied by at `sigma`. Asking again at the same level changes nothing.
    std::vector<double> strengths(const HookGroup& hooks, float sigma, const NoiseLevels& levels);

private:
    struct Place {
        std::size_t frame = 0;
        int64_t steps = 0;  // at this keyframe
        std::optional<float> sigma = {};
    };
    void advance(const HookKeyframes& keyframes, Place& place, float sigma, const NoiseLevels& levels) const;

    float first_sigma_;
    std::map<std::shared_ptr<const HookKeyframes>, Place> places_;
};

}  // namespace easel::inference
