// Nodes that block or expand.
#include "groups.hpp"

namespace conformance_nodes {
namespace {

Value number(std::int64_t n) { return Value(n); }

struct TestBlock {
    Value value;
    bool block = false;
    std::string message;

    static void declare(Schema& s) {
        s.category = "conformance/flow";
        s.checks_input_types = true;
        s.in("value", &TestBlock::value);
        s.in("block", &TestBlock::block);
        s.in("message", &TestBlock::message);
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    Value execute() const {
        if (!block) return value;
        return Value(message.empty() ? Blocker{} : Blocker{message});
    }
};

struct TestExpandChain {
    std::int64_t value = 0, steps = 3;

    static void declare(Schema& s) {
        s.category = "conformance/flow";
        s.in("value", &TestExpandChain::value).no_default().force_input();
        s.in("steps", &TestExpandChain::steps).range(1, 50);
    }

    Returns<std::int64_t> execute(Context& context) const {
        Subgraph graph = context.new_subgraph();
        SubgraphInput last = number(value);
        for (std::int64_t i = 0; i < steps; ++i)
            last = OutputRef{graph.add("TestAdd", {{"a", last}, {"b", number(1)}}, "add" + std::to_string(i)), 0};
        graph.results = {last};
        return graph;
    }
};

struct TestExpandMixed {
    std::int64_t value = 0, kind = 0;

    static void declare(Schema& s) {
        s.category = "conformance/flow";
        s.in("value", &TestExpandMixed::value).no_default();
        s.in("kind", &TestExpandMixed::kind).no_default().range(0, 2);
    }

    Returns<std::int64_t, std::int64_t> execute(Context& context) const {
        if (kind < 2) return {value + kind, 100};
        Subgraph graph = context.new_subgraph();
        const std::string sum = graph.add("TestAdd", {{"a", number(value)}, {"b", number(2)}});
        graph.results = {OutputRef{sum, 0}, number(100)};
        return graph;
    }
};

// The shape that most expanding test nodes share: one integer in, one out.
struct OneInteger {
    std::int64_t value = 0;
    using Output = Returns<std::int64_t>;
};

struct TestExpandOutput : OneInteger {
    static void declare(Schema& s) {
        s.category = "conformance/flow";
        s.in("value", &TestExpandOutput::value).no_default();
    }

    Output execute(Context& context) const {
        Subgraph graph = context.new_subgraph();
        const std::string sum = graph.add("TestAdd", {{"a", number(value)}, {"b", number(1)}}, "sum");
        graph.add("PreviewAny", {{"source", OutputRef{sum, 0}}}, "show");
        graph.results = {OutputRef{sum, 0}};
        return graph;
    }
};

struct TestExpandCycle : OneInteger {
    static void declare(Schema& s) {
        s.category = "conformance/flow";
        s.in("value", &TestExpandCycle::value).no_default();
    }

    Output execute(Context& context) const {
        Subgraph graph = context.new_subgraph();
        graph.add("TestAdd", {{"a", number(value)}, {"b", OutputRef{graph.id_of("two"), 0}}}, "one");
        graph.add("TestAdd", {{"a", OutputRef{graph.id_of("one"), 0}}, {"b", number(1)}}, "two");
        graph.results = {OutputRef{graph.id_of("two"), 0}};
        return graph;
    }
};

struct TestExpandFail : OneInteger {
    static void declare(Schema& s) {
        s.category = "conformance/flow";
        s.in("value", &TestExpandFail::value).no_default();
    }

    Output execute(Context& context) const {
        Subgraph graph = context.new_subgraph();
        const std::string bad = graph.add(
            "TestFail", {{"value", number(value)}, {"message", Value(std::string("failed inside the expansion"))}},
            "bad");
        graph.results = {OutputRef{bad, 0}};
        return graph;
    }
};

struct TestExpandNested {
    std::int64_t value = 0, depth = 2;

    static void declare(Schema& s) {
        s.category = "conformance/flow";
        s.in("value", &TestExpandNested::value).no_default();
        s.in("depth", &TestExpandNested::depth).range(0, 10);
    }

    Returns<std::int64_t> execute(Context& context) const {
        Subgraph graph = context.new_subgraph();
        const std::string inner =
            depth > 0 ? graph.add("TestExpandNested", {{"value", number(value)}, {"depth", number(depth - 1)}}, "n")
                      : graph.add("TestAdd", {{"a", number(value)}, {"b", number(1)}}, "n");
        graph.results = {OutputRef{inner, 0}};
        return graph;
    }
};

}  // namespace

void register_flow(Registry& registry) {
    registry.add<TestBlock>("TestBlock");
    registry.add<TestExpandChain>("TestExpandChain");
    registry.add<TestExpandMixed>("TestExpandMixed");
    registry.add<TestExpandOutput>("TestExpandOutput");
    registry.add<TestExpandCycle>("TestExpandCycle");
    registry.add<TestExpandFail>("TestExpandFail");
    registry.add<TestExpandNested>("TestExpandNested");
}

}  // namespace conformance_nodes
