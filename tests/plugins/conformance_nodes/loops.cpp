// Loops made of expansions: each round is a copy of the nodes between the open and the close node.
#include "groups.hpp"

#include "graph/prompt.hpp"

#include <array>
#include <map>
#include <set>

namespace conformance_nodes {
namespace {

struct Flow {
    static constexpr std::string_view socket = "TEST_FLOW";
};

constexpr std::array<const char*, 3> slots{"value0", "value1", "value2"};

// What an input of a running prompt is in a subgraph.
SubgraphInput as_subgraph_input(const Input& input) {
    if (const Link* link = std::get_if<Link>(&input)) return OutputRef{link->node, link->slot};
    if (const Json* json = std::get_if<Json>(&input)) return Value::from_json(*json);
    return std::get<Value>(input);
}

// A raw link (or a constant in its place) as it came through a rawLink input.
SubgraphInput as_subgraph_input(const Value& raw) {
    if (const Json* json = raw.get_if<Json>())
        if (const auto link = as_link(*json)) return OutputRef{link->node, link->slot};
    return raw;
}

Link link_of(const Value& raw) {
    const Json* json = raw.get_if<Json>();
    const auto link = json ? as_link(*json) : std::nullopt;
    if (!link) throw Error("flow must be connected to an open node");
    return *link;
}

struct TestWhileOpen {
    bool condition = true;
    std::optional<Value> value0, value1, value2;

    static void declare(Schema& s) {
        s.category = "conformance/flow";
        s.checks_input_types = true;
        s.in("condition", &TestWhileOpen::condition);
        s.in("value0", &TestWhileOpen::value0);
        s.in("value1", &TestWhileOpen::value1);
        s.in("value2", &TestWhileOpen::value2);
        s.out("flow");
        for (const char* slot : slots)
            s.out(slot);
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    std::tuple<Flow, Value, Value, Value> execute() const {
        return {Flow{}, value0.value_or(Value()), value1.value_or(Value()), value2.value_or(Value())};
    }
};

// Every node on a path from `open` to `close`, both included.
std::vector<std::string> between(const DynamicPrompt& prompt, const std::string& open, const std::string& close) {
    std::map<std::string, std::vector<std::string>> users;
    std::set<std::string> seen{close};
    std::vector<std::string> pending{close};
    while (!pending.empty()) {
        const std::string id = pending.back();
        pending.pop_back();
        for (const auto& [name, input] : prompt.at(id).inputs) {
            const Link* link = std::get_if<Link>(&input);
            if (!link) continue;
            users[link->node].push_back(id);
            if (seen.insert(link->node).second) pending.push_back(link->node);
        }
    }
    std::vector<std::string> body{open, close};
    std::set<std::string> in_body{open, close};
    pending = {open};
    while (!pending.empty()) {
        const std::string id = pending.back();
        pending.pop_back();
        for (const std::string& user : users[id])
            if (in_body.insert(user).second) body.push_back(user), pending.push_back(user);
    }
    return body;
}

struct TestWhileClose {
    Value flow;
    bool condition = false;
    std::optional<Value> value0, value1, value2;
    std::string uid;

    static void declare(Schema& s) {
        s.category = "conformance/flow";
        s.checks_input_types = true;
        s.in("flow", &TestWhileClose::flow).type("TEST_FLOW").raw_link();
        s.in("condition", &TestWhileClose::condition).no_default().force_input();
        s.in("value0", &TestWhileClose::value0);
        s.in("value1", &TestWhileClose::value1);
        s.in("value2", &TestWhileClose::value2);
        s.hidden_in("uid", "UNIQUE_ID", &TestWhileClose::uid);
        for (const char* slot : slots)
            s.out(slot);
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    std::array<Value, 3> round() const {
        return {value0.value_or(Value()), value1.value_or(Value()), value2.value_or(Value())};
    }

    Returns<Value, Value, Value> execute(Context& context) const {
        const auto values = round();
        if (!condition) return {values[0], values[1], values[2]};
        Subgraph graph = context.new_subgraph();
        copy_body(graph, *context.prompt(), values);
        for (int slot = 0; slot < 3; ++slot)
            graph.results.push_back(OutputRef{graph.id_of("again"), slot});
        return graph;
    }

    void copy_body(Subgraph& graph, const DynamicPrompt& prompt, const std::array<Value, 3>& values) const {
        const std::string open = link_of(flow).node;
        const std::vector<std::string> body = between(prompt, open, uid);
        const std::set<std::string> in_body(body.begin(), body.end());
        const auto name_of = [&](const std::string& id) { return id == uid ? "again" : id; };
        for (const std::string& id : body) {
            std::vector<std::pair<std::string, SubgraphInput>> inputs;
            for (const auto& [name, input] : prompt.at(id).inputs) {
                const Link* link = std::get_if<Link>(&input);
                const bool is_slot = id == open && std::find(slots.begin(), slots.end(), name) != slots.end();
                if (is_slot) continue;
                if (link && in_body.contains(link->node))
                    inputs.emplace_back(name, OutputRef{graph.id_of(name_of(link->node)), link->slot});
                else
                    inputs.emplace_back(name, as_subgraph_input(input));
            }
            for (std::size_t slot = 0; id == open && slot < slots.size(); ++slot)
                if (!values[slot].empty()) inputs.emplace_back(slots[slot], values[slot]);
            graph.add(prompt.at(id).class_type, std::move(inputs), name_of(id));
            graph.nodes.back().display_id = id;
        }
    }
};

struct TestForOpen {
    std::int64_t remaining = 1;
    std::optional<std::int64_t> value0;
    std::optional<Value> value1, value2;

    static void declare(Schema& s) {
        s.category = "conformance/flow";
        s.checks_input_types = true;
        s.in("remaining", &TestForOpen::remaining).range(0, 1000);
        s.in("value1", &TestForOpen::value1);
        s.in("value2", &TestForOpen::value2);
        s.in("value0", &TestForOpen::value0).type("*");
        for (const char* name : {"flow", "remaining", "value1", "value2"})
            s.out(name);
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    std::tuple<Flow, std::int64_t, Value, Value> execute() const {
        return {Flow{}, value0.value_or(remaining), value1.value_or(Value()), value2.value_or(Value())};
    }
};

struct TestForClose {
    Value flow;
    std::optional<Value> value1, value2;

    static void declare(Schema& s) {
        s.category = "conformance/flow";
        s.checks_input_types = true;
        s.in("flow", &TestForClose::flow).type("TEST_FLOW").raw_link();
        s.in("value1", &TestForClose::value1).raw_link();
        s.in("value2", &TestForClose::value2).raw_link();
        s.out("value1");
        s.out("value2");
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    Returns<Value, Value> execute(Context& context) const {
        const auto number = [](std::int64_t n) { return Value(n); };
        Subgraph graph = context.new_subgraph();
        const std::string left =
            graph.add("TestAdd", {{"a", OutputRef{link_of(flow).node, 1}}, {"b", number(-1)}}, "left");
        const std::string more = graph.add(
            "TestCompare", {{"a", OutputRef{left, 0}}, {"b", number(0)}, {"op", Value(std::string(">"))}}, "more");
        std::vector<std::pair<std::string, SubgraphInput>> inputs{
            {"flow", as_subgraph_input(flow)}, {"condition", OutputRef{more, 0}}, {"value0", OutputRef{left, 0}}};
        if (value1) inputs.emplace_back("value1", as_subgraph_input(*value1));
        if (value2) inputs.emplace_back("value2", as_subgraph_input(*value2));
        const std::string close = graph.add("TestWhileClose", std::move(inputs), "close");
        graph.results = {OutputRef{close, 1}, OutputRef{close, 2}};
        return graph;
    }
};

}  // namespace

void register_loops(Registry& registry) {
    registry.add<TestWhileOpen>("TestWhileOpen");
    registry.add<TestWhileClose>("TestWhileClose");
    registry.add<TestForOpen>("TestForOpen");
    registry.add<TestForClose>("TestForClose");
}

}  // namespace conformance_nodes
