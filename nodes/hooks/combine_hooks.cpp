#include "nodes/hooks/hook_node.hpp"

namespace easel::nodes {
namespace {

// Null when none is connected. A single one stays itself.
std::optional<Hooks> combined(std::initializer_list<std::optional<Hooks>> candidates) {
    std::optional<Hooks> all;
    for (const auto& hooks : candidates) {
        if (!hooks) continue;
        all = all ? std::make_shared<const inference::HookGroup>((**all).with(**hooks)) : *hooks;
    }
    return all;
}

struct CombineHooks2 {
    std::optional<Hooks> hooks_a;
    std::optional<Hooks> hooks_b;

    static void declare(Schema& s) {
        declare_hook_node(s, "/combine", "Combine Hooks [2]");
        s.search_aliases = {"merge hooks"};
        declare_two(s);
    }

    static void declare_two(Schema& s) {
        s.in("hooks_A", &CombineHooks2::hooks_a);
        s.in("hooks_B", &CombineHooks2::hooks_b);
    }

    std::optional<Hooks> execute() const { return combined({hooks_a, hooks_b}); }
};

struct CombineHooks4 : CombineHooks2 {
    std::optional<Hooks> hooks_c;
    std::optional<Hooks> hooks_d;

    static void declare(Schema& s) {
        declare_hook_node(s, "/combine", "Combine Hooks [4]");
        declare_four(s);
    }

    static void declare_four(Schema& s) {
        declare_two(s);
        s.in("hooks_C", &CombineHooks4::hooks_c);
        s.in("hooks_D", &CombineHooks4::hooks_d);
    }

    std::optional<Hooks> execute() const { return combined({hooks_a, hooks_b, hooks_c, hooks_d}); }
};

struct CombineHooks8 : CombineHooks4 {
    std::optional<Hooks> hooks_e;
    std::optional<Hooks> hooks_f;
    std::optional<Hooks> hooks_g;
    std::optional<Hooks> hooks_h;

    static void declare(Schema& s) {
        declare_hook_node(s, "/combine", "Combine Hooks [8]");
        declare_four(s);
        s.in("hooks_E", &CombineHooks8::hooks_e);
        s.in("hooks_F", &CombineHooks8::hooks_f);
        s.in("hooks_G", &CombineHooks8::hooks_g);
        s.in("hooks_H", &CombineHooks8::hooks_h);
    }

    std::optional<Hooks> execute() const {
        return combined({hooks_a, hooks_b, hooks_c, hooks_d, hooks_e, hooks_f, hooks_g, hooks_h});
    }
};

}  // namespace

void register_combine_hooks(Registry& registry) {
    registry.add<CombineHooks2>("CombineHooks2");
    registry.add<CombineHooks4>("CombineHooks4");
    registry.add<CombineHooks8>("CombineHooks8");
}

}  // namespace easel::nodes
