#include "tests/support/graph/number_nodes.hpp"

#include "base/error.hpp"

#include <chrono>
#include <cmath>
#include <thread>

namespace easel::graph::testing {

namespace {

using Int = std::int64_t;

struct Number {
    Int value = 0;
    static void declare(Schema& s) { s.in("value", &Number::value).range(-1000, 1000); }
    Int execute() const { return value; }
};

struct Add {
    Int a = 0, b = 0;
    static void declare(Schema& s) {
        s.in("a", &Add::a);
        s.in("b", &Add::b);
    }
    Int execute() const { return a + b; }
};

struct Show {
    Value value;
    static void declare(Schema& s) {
        s.output_node = true;
        s.in("value", &Show::value);
    }
    Returns<> execute() const { return Ui{{{"text", Json::array({value.str()})}}}; }
};

struct Switch {
    bool first = true;
    Lazy<Int> a, b;
    static void declare(Schema& s) {
        s.in("first", &Switch::first);
        s.in("a", &Switch::a);
        s.in("b", &Switch::b);
    }
    std::vector<std::string_view> wanted() const { return {first ? "a" : "b"}; }
    Int execute() const { return first ? *a.get() : *b.get(); }
};

struct Chain {
    Lazy<Int> first, second;
    static void declare(Schema& s) {
        s.in("first", &Chain::first);
        s.in("second", &Chain::second);
    }
    std::vector<std::string_view> wanted() const {
        if (!first.computed) return {"first"};
        if (*first.get() > 0) return {"second"};
        return {};
    }
    std::string execute() const {
        return std::to_string(*first.get()) + "/" + (second.computed ? std::to_string(*second.get()) : "None");
    }
};

struct AskForMore {
    Int value = 0;
    static void declare(Schema& s) { s.in("value", &AskForMore::value); }
    std::vector<std::string_view> wanted() const { return {"absent"}; }
    Int execute() const { return value; }
};

struct Sum {
    Int value1 = 0;
    Rest rest;
    static void declare(Schema& s) {
        s.in("value1", &Sum::value1);
        s.rest_in(&Sum::rest);
    }
    Int execute() const {
        Int sum = value1;
        for (const auto& [name, value] : rest.values)
            sum += unbox_int(value, name);
        return sum;
    }
};

struct Range {
    Int count = 3;
    static void declare(Schema& s) { s.in("count", &Range::count); }
    std::tuple<List<Int>, Int> execute() const {
        List<Int> numbers;
        for (Int i = 0; i < count; ++i)
            numbers.push_back(i);
        return {std::move(numbers), count};
    }
};

struct Count {
    List<Value> items;
    List<std::string> separator = {","};
    static void declare(Schema& s) {
        s.in("items", &Count::items);
        s.in("separator", &Count::separator);
    }
    std::string execute() const {
        std::string text;
        for (const Value& item : items)
            text += (text.empty() ? "" : separator.front()) + item.str();
        return text + "#" + std::to_string(separator.size());
    }
};

struct Block {
    Value value;
    bool block = true;
    std::string message;
    static void declare(Schema& s) {
        s.in("value", &Block::value);
        s.in("block", &Block::block);
        s.in("message", &Block::message);
    }
    Returns<Value> execute() const {
        if (!block) return value;
        return message.empty() ? Blocker{} : Blocker{message};
    }
};

struct IsOdd {
    Int value = 0;
    static void declare(Schema& s) { s.in("value", &IsOdd::value); }
    bool execute() const { return value % 2 != 0; }
};

struct Fail {
    Value value;
    std::string message = "intended";
    static void declare(Schema& s) {
        s.in("value", &Fail::value);
        s.in("message", &Fail::message);
    }
    Value execute() const { throw Error(message); }
};

struct Forgetful {
    Int times = 1;
    static void declare(Schema& s) { s.in("times", &Forgetful::times); }
    Int execute(Context& context) const {
        Int& failed = context.state<Int>();
        if (failed++ < times) throw OutOfMemory("no memory");
        return failed;
    }
};

struct Changing {
    Int value = 0;
    std::string mode = "same";  // "same", "always", "fails", "sees"
    static void declare(Schema& s) {
        s.in("value", &Changing::value);
        s.in("mode", &Changing::mode);
    }
    static Json fingerprint(const ConstantInputs& inputs) {
        const std::string mode = inputs["mode"];
        if (mode == "fails") throw Error("broken");
        if (mode == "sees") return inputs["value"].is_null() ? Json("link") : Json(std::nan(""));
        return mode == "always" ? Json(std::nan("")) : Json(false);
    }
    Int execute() const { return value; }
};

struct Own {
    Int value = 0;
    std::string id;
    static void declare(Schema& s) {
        s.in("value", &Own::value);
        s.hidden_in("id", "UNIQUE_ID", &Own::id);
    }
    std::string execute() const { return id + ":" + std::to_string(value); }
};

struct Apart {
    Int value = 0;
    static void declare(Schema& s) {
        s.not_idempotent = true;
        s.in("value", &Apart::value);
    }
    Int execute() const { return value; }
};

struct Counter {
    Int value = 0;
    static void declare(Schema& s) { s.in("value", &Counter::value); }
    std::string execute(Context& context) const {
        return std::to_string(value) + "#" + std::to_string(++context.state<int>());
    }
};

struct Middle {
    Int value = 0;
    static void declare(Schema& s) {
        s.has_intermediate_output = true;
        s.in("value", &Middle::value);
    }
    Returns<Int> execute() const { return {Ui{{{"shown", Json::array({value})}}}, value + 1}; }
};

struct Grow {
    Int value = 0, steps = 3;
    static void declare(Schema& s) {
        s.in("value", &Grow::value);
        s.in("steps", &Grow::steps);
    }
    Returns<Int> execute(Context& context) const {
        Subgraph graph = context.new_subgraph();
        SubgraphInput last = Value(value);
        for (Int i = 0; i < steps; ++i)
            last = OutputRef{graph.add("Add", {{"a", last}, {"b", Value(1)}}, "add" + std::to_string(i)), 0};
        graph.results = {last};
        return graph;
    }
};

struct Loop {
    Int value = 0, depth = 2;
    static void declare(Schema& s) {
        s.in("value", &Loop::value);
        s.in("depth", &Loop::depth);
    }
    Returns<Int> execute(Context& context) const {
        Subgraph graph = context.new_subgraph();
        const std::string inner = depth > 0 ? graph.add("Loop", {{"value", Value(value)}, {"depth", Value(depth - 1)}})
                                            : graph.add("Add", {{"a", Value(value)}, {"b", Value(1)}});
        graph.results = {OutputRef{inner, 0}};
        return graph;
    }
};

struct Tangle {
    static void declare(Schema&) {}
    Returns<Int> execute(Context& context) const {
        Subgraph graph = context.new_subgraph();
        graph.add("Add", {{"a", OutputRef{graph.id_of("two"), 0}}, {"b", Value(1)}}, "one");
        graph.add("Add", {{"a", OutputRef{graph.id_of("one"), 0}}, {"b", Value(1)}}, "two");
        graph.results = {OutputRef{graph.id_of("one"), 0}};
        return graph;
    }
};

struct Break {
    static void declare(Schema&) {}
    Returns<Int> execute(Context& context) const {
        Subgraph graph = context.new_subgraph();
        graph.results = {OutputRef{graph.add("Fail", {{"value", Value(1)}, {"message", Value("inside")}}, "bad"), 0}};
        return graph;
    }
};

struct Aside {
    Int value = 0;
    static void declare(Schema& s) { s.in("value", &Aside::value); }
    Returns<Int> execute(Context& context) const {
        Subgraph graph = context.new_subgraph();
        const std::string sum = graph.add("Add", {{"a", Value(value)}, {"b", Value(1)}}, "sum");
        graph.add("Show", {{"value", OutputRef{sum, 0}}}, "show");
        graph.results = {OutputRef{sum, 0}};
        return graph;
    }
};

struct Later {
    Int value = 0;
    double seconds = 0.01;
    static void declare(Schema& s) {
        s.in("value", &Later::value);
        s.in("seconds", &Later::seconds);
    }
    Async<Int> execute(Context& context) const {
        return {[value = value, seconds = seconds, reporter = context.reporter()] {
            reporter->progress(0, seconds, {});
            std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
            reporter->progress(seconds, seconds, {});
            return value;
        }};
    }
};

struct LaterFail {
    static void declare(Schema&) {}
    Async<Int> execute() const {
        return {[]() -> Int { throw Error("later"); }};
    }
};

struct Wait {
    Value value;
    static void declare(Schema& s) { s.in("value", &Wait::value); }
    Value execute(Context& context) const {
        for (int i = 0; i < 1000; ++i) {
            context.progress(i, 1000);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return value;
    }
};

}  // namespace

void register_numbers(Registry& registry) {
    registry.add<Number>("Number");
    registry.add<Add>("Add");
    registry.add<Show>("Show");
    registry.add<Switch>("Switch");
    registry.add<Chain>("Chain");
    registry.add<AskForMore>("AskForMore");
    registry.add<Sum>("Sum");
    registry.add<Range>("Range");
    registry.add<Count>("Count");
    registry.add<Block>("Block");
    registry.add<IsOdd>("IsOdd");
    registry.add<Fail>("Fail");
    registry.add<Forgetful>("Forgetful");
    registry.add<Changing>("Changing");
    registry.add<Own>("Own");
    registry.add<Apart>("Apart");
    registry.add<Counter>("Counter");
    registry.add<Middle>("Middle");
    registry.add<Grow>("Grow");
    registry.add<Loop>("Loop");
    registry.add<Tangle>("Tangle");
    registry.add<Break>("Break");
    registry.add<Aside>("Aside");
    registry.add<Later>("Later");
    registry.add<LaterFail>("LaterFail");
    registry.add<Wait>("Wait");
}

}  // namespace easel::graph::testing
