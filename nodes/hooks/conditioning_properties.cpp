#include "nodes/choices.hpp"
#include "nodes/hooks/hook_node.hpp"

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

void declare_pair(Schema& s) {
    s.out("positive");
    s.out("negative");
}

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

// The inputs of the nodes that set properties. First base of such a node.
struct PropertyInputs {
    double strength = 1.0;
    std::string set_cond_area;
    std::optional<Mask> mask;
    std::optional<Hooks> hooks;
    std::optional<TimestepsRange> timesteps;

    static void declare_properties(Schema& s) {
        s.in("strength", &PropertyInputs::strength).range(0.0, 10.0).step(0.01);
        s.in("set_cond_area", &PropertyInputs::set_cond_area).choices(one_of({"default", "mask bounds"}));
        s.in("mask", &PropertyInputs::mask);
        s.in("hooks", &PropertyInputs::hooks);
        s.in("timesteps", &PropertyInputs::timesteps);
    }

    Setter setter() const {
        Properties wanted{.strength = strength, .to_bounds = set_cond_area != "default"};
        if (mask) wanted.mask = mask->values;
        wanted.hooks = hooks;
        wanted.timesteps = timesteps;
        return Setter(std::move(wanted));
    }
};

struct ConditioningSetProperties : PropertyInputs {
    Conditioning cond_new;

    static void declare(Schema& s) {
        declare_hook_node(s, "/cond single", "Cond Set Props");
        s.in("cond_NEW", &ConditioningSetProperties::cond_new);
        declare_properties(s);
    }

    Conditioning execute() const { return setter()(cond_new); }
};

struct ConditioningSetPropertiesAndCombine : PropertyInputs {
    Conditioning cond;
    Conditioning cond_new;

    static void declare(Schema& s) {
        declare_hook_node(s, "/cond single", "Cond Set Props Combine");
        s.in("cond", &ConditioningSetPropertiesAndCombine::cond);
        s.in("cond_NEW", &ConditioningSetPropertiesAndCombine::cond_new);
        declare_properties(s);
    }

    Conditioning execute() const { return both(cond, setter()(cond_new)); }
};

struct PairConditioningSetProperties : PropertyInputs {
    Conditioning positive_new;
    Conditioning negative_new;

    static void declare(Schema& s) {
        declare_hook_node(s, "/cond pair", "Cond Pair Set Props");
        s.in("positive_NEW", &PairConditioningSetProperties::positive_new);
        s.in("negative_NEW", &PairConditioningSetProperties::negative_new);
        declare_properties(s);
        declare_pair(s);
    }

    Pair execute() const {
        Setter set = setter();
        Conditioning positive = set(positive_new);
        return {std::move(positive), set(negative_new)};
    }
};

struct PairConditioningSetPropertiesAndCombine : PropertyInputs {
    Conditioning positive;
    Conditioning negative;
    Conditioning positive_new;
    Conditioning negative_new;

    static void declare(Schema& s) {
        declare_hook_node(s, "/cond pair", "Cond Pair Set Props Combine");
        s.in("positive", &PairConditioningSetPropertiesAndCombine::positive);
        s.in("negative", &PairConditioningSetPropertiesAndCombine::negative);
        s.in("positive_NEW", &PairConditioningSetPropertiesAndCombine::positive_new);
        s.in("negative_NEW", &PairConditioningSetPropertiesAndCombine::negative_new);
        declare_properties(s);
        declare_pair(s);
    }

    Pair execute() const {
        Setter set = setter();
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
        declare_hook_node(s, "/cond pair", "Cond Pair Combine");
        s.in("positive_A", &PairConditioningCombine::positive_a);
        s.in("negative_A", &PairConditioningCombine::negative_a);
        s.in("positive_B", &PairConditioningCombine::positive_b);
        s.in("negative_B", &PairConditioningCombine::negative_b);
        declare_pair(s);
    }

    Pair execute() const { return {both(positive_a, positive_b), both(negative_a, negative_b)}; }
};

struct ConditioningSetDefaultCombine {
    Conditioning cond;
    Conditioning cond_default;
    std::optional<Hooks> hooks;

    static void declare(Schema& s) {
        declare_hook_node(s, "/cond single", "Cond Set Default Combine");
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
        declare_hook_node(s, "/cond pair", "Cond Pair Set Default Combine");
        s.in("positive", &PairConditioningSetDefaultCombine::positive);
        s.in("negative", &PairConditioningSetDefaultCombine::negative);
        s.in("positive_DEFAULT", &PairConditioningSetDefaultCombine::positive_default);
        s.in("negative_DEFAULT", &PairConditioningSetDefaultCombine::negative_default);
        s.in("hooks", &PairConditioningSetDefaultCombine::hooks);
        declare_pair(s);
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
        declare_hook_node(s, "", "Timesteps Range");
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
        declare_hook_node(s, "/clip", "Set CLIP Hooks");
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
