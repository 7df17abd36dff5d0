#include "base/log.hpp"
#include "nodes/choices.hpp"
#include "nodes/hooks/hook_node.hpp"

namespace easel::nodes {
namespace {

struct SetHookKeyframes {
    Hooks hooks;
    std::optional<Keyframes> hook_kf;

    static void declare(Schema& s) {
        declare_hook_node(s, "/scheduling", "Set Hook Keyframes");
        s.in("hooks", &SetHookKeyframes::hooks);
        s.in("hook_kf", &SetHookKeyframes::hook_kf);
    }

    Hooks execute() const {
        if (!hook_kf) return hooks;
        return std::make_shared<const inference::HookGroup>(hooks->with_keyframes(**hook_kf));
    }
};

struct CreateHookKeyframe {
    double strength_mult = 1.0;
    double start_percent = 0.0;
    std::optional<Keyframes> prev_hook_kf;

    static void declare(Schema& s) {
        declare_hook_node(s, "/scheduling", "Create Hook Keyframe");
        s.search_aliases = {"hook scheduling", "strength animation", "timed hook"};
        s.in("strength_mult", &CreateHookKeyframe::strength_mult).range(-20.0, 20.0).step(0.01);
        s.in("start_percent", &CreateHookKeyframe::start_percent).range(0.0, 1.0).step(0.001);
        s.in("prev_hook_kf", &CreateHookKeyframe::prev_hook_kf);
        s.out("HOOK_KF");
    }

    Keyframes execute() const {
        const inference::HookKeyframes before = prev_hook_kf ? **prev_hook_kf : inference::HookKeyframes();
        return std::make_shared<const inference::HookKeyframes>(
            before.with({.strength = strength_mult, .start_percent = start_percent}));
    }
};

// Keyframes over a part of the schedule, behind others. First base of such a node.
struct KeyframeSpan {
    double start_percent = 0.0;
    double end_percent = 1.0;
    bool print_keyframes = false;
    std::optional<Keyframes> prev_hook_kf;

    static void declare_part(Schema& s) {
        s.in("start_percent", &KeyframeSpan::start_percent).range(0.0, 1.0).step(0.001);
        s.in("end_percent", &KeyframeSpan::end_percent).range(0.0, 1.0).step(0.001);
    }

    static void declare_rest(Schema& s) {
        s.in("print_keyframes", &KeyframeSpan::print_keyframes).advanced();
        s.in("prev_hook_kf", &KeyframeSpan::prev_hook_kf);
        s.out("HOOK_KF");
    }

    // Keyframes with these strengths evenly over the part; only the first is sure of a step.
    Keyframes spread(const std::vector<double>& strengths) const {
        inference::HookKeyframes keyframes = prev_hook_kf ? **prev_hook_kf : inference::HookKeyframes();
        const auto shares = inference::interpolated(start_percent, end_percent, std::ssize(strengths), "linear");
        for (std::size_t i = 0; i < strengths.size(); ++i) {
            keyframes = keyframes.with(
                {.strength = strengths[i], .start_percent = shares[i], .guarantee_steps = i == 0 ? 1 : 0});
            if (print_keyframes)
                logger("nodes")->info("Hook Keyframe - start_percent:{} = {}", shares[i], strengths[i]);
        }
        return std::make_shared<const inference::HookKeyframes>(std::move(keyframes));
    }
};

struct CreateHookKeyframesInterpolated : KeyframeSpan {
    double strength_start = 1.0;
    double strength_end = 1.0;
    std::string interpolation;
    std::int64_t keyframes_count = 5;

    static void declare(Schema& s) {
        declare_hook_node(s, "/scheduling", "Create Hook Keyframes Interp.");
        s.search_aliases = {"ease hook strength", "smooth hook transition", "interpolate keyframes"};
        s.in("strength_start", &CreateHookKeyframesInterpolated::strength_start).range(0.0, 10.0).step(0.001);
        s.in("strength_end", &CreateHookKeyframesInterpolated::strength_end).range(0.0, 10.0).step(0.001);
        s.in("interpolation", &CreateHookKeyframesInterpolated::interpolation)
            .choices(one_of({"linear", "ease_in", "ease_out", "ease_in_out"}));
        declare_part(s);
        s.in("keyframes_count", &CreateHookKeyframesInterpolated::keyframes_count).range(2, 100).step(1);
        declare_rest(s);
    }

    Keyframes execute() const {
        const auto strengths = inference::interpolated(strength_start, strength_end, keyframes_count, interpolation);
        return spread(strengths);
    }
};

struct CreateHookKeyframesFromFloats : KeyframeSpan {
    Json floats_strength;

    static void declare(Schema& s) {
        declare_hook_node(s, "/scheduling", "Create Hook Keyframes From Floats");
        s.search_aliases = {"batch keyframes", "strength list to keyframes"};
        s.in("floats_strength", &CreateHookKeyframesFromFloats::floats_strength)
            .type("FLOATS")
            .default_value(-1)
            .force_input()
            .option("min", -1)
            .option("step", 0.001);
        declare_part(s);
        declare_rest(s);
    }

    Keyframes execute() const {
        std::vector<double> strengths;
        if (floats_strength.is_array())
            for (const Json& strength : floats_strength)
                strengths.push_back(strength.get<double>());
        else if (floats_strength.is_number())
            strengths.push_back(floats_strength.get<double>());
        else
            throw UserError("floats_strength must be a number or a list of numbers");
        return spread(strengths);
    }
};

}  // namespace

void register_hook_keyframes(Registry& registry) {
    registry.add<SetHookKeyframes>("SetHookKeyframes");
    registry.add<CreateHookKeyframe>("CreateHookKeyframe");
    registry.add<CreateHookKeyframesInterpolated>("CreateHookKeyframesInterpolated");
    registry.add<CreateHookKeyframesFromFloats>("CreateHookKeyframesFromFloats");
}

}  // namespace easel::nodes
