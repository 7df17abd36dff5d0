#include "nodes/choices.hpp"
#include "nodes/hooks/hook_sockets.hpp"
#include "nodes/types.hpp"

#include <map>

namespace easel::nodes {
namespace {

using Pair = std::tuple<Conditioning, Conditioning>;

// What a node for properties asks for.
struct Properties {
    double strength = 1.0;
    bool to_bounds = false;
    std::optional<Tensor> mask = {};
    std::optional<Hooks> hooks = {};
    std::optional<TimestepsRange> timesteps = {};
};

Properties properties(double strength, const std::string& area, const std::optional<Mask>& mask,
                      const std::optional<Hooks>& hooks, const std::optional<TimestepsRange>& timesteps) {
    Properties wanted{.strength = strength, .to_bounds = area != "default"};
    if (mask) wanted.mask = mask->values;
    wanted.hooks = hooks;
    wanted.timesteps = timesteps;
    return wanted;
}

// Sets properties of conditions. Those that had the same hooks have the same ones again.
class Setter {
public:
    explicit Setter(Properties properties) : properties_(std::move(properties)) {}

    Conditioning operator()(Conditioning conditioning) {
        for (inference::Condition& condition : conditioning) {
            if (properties_.hooks) condition.hooks = joined(condition.hooks);
            if (properties_.mask) {
                condition.mask = properties_.mask;
                condition.set_area_to_bounds = properties_.to_bounds;
                condition.mask_strength = properties_.strength;
            }
            if (properties_.timesteps) {
                condition.start_percent = properties_.timesteps->start;
                condition.end_percent = properties_.timesteps->end;
            }
        }
        return conditioning;
    }

private:
    Hooks joined(const Hooks& hooks) {
        if (!hooks) return *properties_.hooks;
        Hooks& both = joined_[hooks];
        if (!both) both = std::make_shared<const inference::HookGroup>(hooks->with(**properties_.hooks));
        return both;
    }

    Properties properties_;
    std::map<Hooks, Hooks> joined_;
};

Conditioning both(Conditioning first, const Conditioning& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

// Counts only where other conditions do not.
Conditioning by_default(Conditioning conditioning) {
    for (inference::Condition& condition : conditioning)
        condition.is_default = true;
    return conditioning;
}

struct ConditioningSetProperties {
    Conditioning cond_new;
    double strength = 1.0;
    std::string set_cond_area;
    std::optional<Mask> mask;
    std::optional<Hooks> hooks;
    std::optional<TimestepsRange> timesteps;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks/cond single";
        s.display_name = "Cond Set Props";
        s.experimental = true;
        s.in("cond_NEW", &ConditioningSetProperties::cond_new);
        s.in("strength", &ConditioningSetProperties::strength).range(0.0, 10.0).step(0.01);
        s.in("set_cond_area", &ConditioningSetProperties::set_cond_area).choices(one_of({"default", "mask bounds"}));
        s.in("mask", &ConditioningSetProperties::mask);
        s.in("hooks", &ConditioningSetProperties::hooks);
        s.in("timesteps", &ConditioningSetProperties::timesteps);
    }

    Conditioning execute() const {
        return Setter(properties(strength, set_cond_area, mask, hooks, timesteps))(cond_new);
    }
};

struct ConditioningSetPropertiesAndCombine {
    Conditioning cond;
    Conditioning cond_new;
    double strength = 1.0;
    std::string set_cond_area;
    std::optional<Mask> mask;
    std::optional<Hooks> hooks;
    std::optional<TimestepsRange> timesteps;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks/cond single";
        s.display_name = "Cond Set Props Combine";
        s.experimental = true;
        s.in("cond", &ConditioningSetPropertiesAndCombine::cond);
        s.in("cond_NEW", &ConditioningSetPropertiesAndCombine::cond_new);
        s.in("strength", &ConditioningSetPropertiesAndCombine::strength).range(0.0, 10.0).step(0.01);
        s.in("set_cond_area", &ConditioningSetPropertiesAndCombine::set_cond_area)
            .choices(one_of({"default", "mask bounds"}));
        s.in("mask", &ConditioningSetPropertiesAndCombine::mask);
        s.in("hooks", &ConditioningSetPropertiesAndCombine::hooks);
        s.in("timesteps", &ConditioningSetPropertiesAndCombine::timesteps);
    }

    Conditioning execute() const {
        return both(cond, Setter(properties(strength, set_cond_area, mask, hooks, timesteps))(cond_new));
    }
};

struct PairConditioningSetProperties {
    Conditioning positive_new;
    Conditioning negative_new;
    double strength = 1.0;
    std::string set_cond_area;
    std::optional<Mask> mask;
    std::optional<Hooks> hooks;
    std::optional<TimestepsRange> timesteps;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks/cond pair";
        s.display_name = "Cond Pair Set Props";
        s.experimental = true;
        s.in("positive_NEW", &PairConditioningSetProperties::positive_new);
        s.in("negative_NEW", &PairConditioningSetProperties::negative_new);
        s.in("strength", &PairConditioningSetProperties::strength).range(0.0, 10.0).step(0.01);
        s.in("set_cond_area", &PairConditioningSetProperties::set_cond_area)
            .choices(one_of({"default", "mask bounds"}));
        s.in("mask", &PairConditioningSetProperties::mask);
        s.in("hooks", &PairConditioningSetProperties::hooks);
        s.in("timesteps", &PairConditioningSetProperties::timesteps);
        s.out("positive");
        s.out("negative");
    }

    Pair execute() const {
        Setter set(properties(strength, set_cond_area, mask, hooks, timesteps));
        Conditioning positive = set(positive_new);
        return {std::move(positive), set(negative_new)};
    }
};

struct PairConditioningSetPropertiesAndCombine {
    Conditioning positive;
    Conditioning negative;
    Conditioning positive_new;
    Conditioning negative_new;
    double strength = 1.0;
    std::string set_cond_area;
    std::optional<Mask> mask;
    std::optional<Hooks> hooks;
    std::optional<TimestepsRange> timesteps;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks/cond pair";
        s.display_name = "Cond Pair Set Props Combine";
        s.experimental = true;
        s.in("positive", &PairConditioningSetPropertiesAndCombine::positive);
        s.in("negative", &PairConditioningSetPropertiesAndCombine::negative);
        s.in("positive_NEW", &PairConditioningSetPropertiesAndCombine::positive_new);
        s.in("negative_NEW", &PairConditioningSetPropertiesAndCombine::negative_new);
        s.in("strength", &PairConditioningSetPropertiesAndCombine::strength).range(0.0, 10.0).step(0.01);
        s.in("set_cond_area", &PairConditioningSetPropertiesAndCombine::set_cond_area)
            .choices(one_of({"default", "mask bounds"}));
        s.in("mask", &PairConditioningSetPropertiesAndCombine::mask);
        s.in("hooks", &PairConditioningSetPropertiesAndCombine::hooks);
        s.in("timesteps", &PairConditioningSetPropertiesAndCombine::timesteps);
        s.out("positive");
        s.out("negative");
    }

    Pair execute() const {
        Setter set(properties(strength, set_cond_area, mask, hooks, timesteps));
        Conditioning with = both(positive, set(positive_new));
        return {std::move(with), both(negative, set(negative_new))};
    }
};

struct PairConditioningCombine {
    Conditioning positive_a;
    Conditioning negative_a;
    Conditioning positive_b;
    Conditioning negative_b;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks/cond pair";
        s.display_name = "Cond Pair Combine";
        s.experimental = true;
        s.in("positive_A", &PairConditioningCombine::positive_a);
        s.in("negative_A", &PairConditioningCombine::negative_a);
        s.in("positive_B", &PairConditioningCombine::positive_b);
        s.in("negative_B", &PairConditioningCombine::negative_b);
        s.out("positive");
        s.out("negative");
    }

    Pair execute() const { return {both(positive_a, positive_b), both(negative_a, negative_b)}; }
};

struct ConditioningSetDefaultCombine {
    Conditioning cond;
    Conditioning cond_default;
    std::optional<Hooks> hooks;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks/cond single";
        s.display_name = "Cond Set Default Combine";
        s.experimental = true;
        s.in("cond", &ConditioningSetDefaultCombine::cond);
        s.in("cond_DEFAULT", &ConditioningSetDefaultCombine::cond_default);
        s.in("hooks", &ConditioningSetDefaultCombine::hooks);
    }

    Conditioning execute() const { return both(cond, by_default(Setter({.hooks = hooks})(cond_default))); }
};

struct PairConditioningSetDefaultCombine {
    Conditioning positive;
    Conditioning negative;
    Conditioning positive_default;
    Conditioning negative_default;
    std::optional<Hooks> hooks;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks/cond pair";
        s.display_name = "Cond Pair Set Default Combine";
        s.experimental = true;
        s.in("positive", &PairConditioningSetDefaultCombine::positive);
        s.in("negative", &PairConditioningSetDefaultCombine::negative);
        s.in("positive_DEFAULT", &PairConditioningSetDefaultCombine::positive_default);
        s.in("negative_DEFAULT", &PairConditioningSetDefaultCombine::negative_default);
        s.in("hooks", &PairConditioningSetDefaultCombine::hooks);
        s.out("positive");
        s.out("negative");
    }

    Pair execute() const {
        Setter set({.hooks = hooks});
        Conditioning with = both(positive, by_default(set(positive_default)));
        return {std::move(with), both(negative, by_default(set(negative_default)))};
    }
};

struct ConditioningTimestepsRange {
    double start_percent = 0.0;
    double end_percent = 1.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks";
        s.display_name = "Timesteps Range";
        s.experimental = true;
        s.search_aliases = {"prompt scheduling", "timestep segments", "conditioning phases"};
        s.in("start_percent", &ConditioningTimestepsRange::start_percent).range(0.0, 1.0).step(0.001);
        s.in("end_percent", &ConditioningTimestepsRange::end_percent).range(0.0, 1.0).step(0.001);
        s.out("TIMESTEPS_RANGE");
        s.out("BEFORE_RANGE");
        s.out("AFTER_RANGE");
    }

    std::tuple<TimestepsRange, TimestepsRange, TimestepsRange> execute() const {
        return {TimestepsRange{start_percent, end_percent}, TimestepsRange{0.0, start_percent},
                TimestepsRange{end_percent, 1.0}};
    }
};

struct SetClipHooks {
    Clip clip;
    bool apply_to_conds = true;
    bool schedule_clip = false;
    std::optional<Hooks> hooks;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks/clip";
        s.display_name = "Set CLIP Hooks";
        s.experimental = true;
        s.in("clip", &SetClipHooks::clip);
        s.in("apply_to_conds", &SetClipHooks::apply_to_conds).advanced();
        s.in("schedule_clip", &SetClipHooks::schedule_clip).advanced();
        s.in("hooks", &SetClipHooks::hooks);
    }

    Clip execute() const {
        if (!hooks) return clip;
        return clip.with_hooks({.group = *hooks, .of_conditions = apply_to_conds, .scheduled = schedule_clip});
    }
};

}  // namespace

void register_conditioning_properties(Registry& registry) {
    registry.add<ConditioningSetProperties>("ConditioningSetProperties");
    registry.add<ConditioningSetPropertiesAndCombine>("ConditioningSetPropertiesAndCombine");
    registry.add<PairConditioningSetProperties>("PairConditioningSetProperties");
    registry.add<PairConditioningSetPropertiesAndCombine>("PairConditioningSetPropertiesAndCombine");
    registry.add<PairConditioningCombine>("PairConditioningCombine");
    registry.add<ConditioningSetDefaultCombine>("ConditioningSetDefaultCombine");
    registry.add<PairConditioningSetDefaultCombine>("PairConditioningSetDefaultCombine");
    registry.add<ConditioningTimestepsRange>("ConditioningTimestepsRange");
    registry.add<SetClipHooks>("SetClipHooks");
}

}  // namespace easel::nodes
