// Nodes that compute, count, fail or show hidden inputs.
#include "groups.hpp"

#include "base/python_json.hpp"

#include <cmath>
#include <functional>
#include <map>

namespace conformance_nodes {
namespace {

struct TestLazyChain {
    Lazy<std::int64_t> first, second;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("first", &TestLazyChain::first).force_input();
        s.in("second", &TestLazyChain::second).force_input();
    }

    std::vector<std::string_view> wanted() const {
        if (!first.computed) return {"first"};
        if (*first.get() > 0 && !second.computed) return {"second"};
        return {};
    }

    std::string execute() const { return text(first) + "/" + text(second); }

    static std::string text(const Lazy<std::int64_t>& input) {
        return input.computed ? std::to_string(*input.get()) : "None";
    }
};

struct TestLazyBadRequest {
    std::int64_t value = 0;
    std::optional<std::int64_t> absent;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("value", &TestLazyBadRequest::value).no_default().force_input();
    }

    std::vector<std::string_view> wanted() const { return {"absent"}; }
    std::int64_t execute() const { return value; }
};

struct TestVariadicSum {
    std::int64_t value1 = 0;
    Rest others;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("value1", &TestVariadicSum::value1).no_default();
        s.rest_in(&TestVariadicSum::others);
    }

    std::int64_t execute() const {
        std::int64_t sum = value1;
        for (const auto& [name, value] : others.values)
            sum += unbox_int(value, name);
        return sum;
    }
};

struct TestOptional {
    std::int64_t a = 1;
    std::optional<std::int64_t> b = 50;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("a", &TestOptional::a).range(0, 100);
        s.in("b", &TestOptional::b).range(0, 100);
    }

    std::string execute() const { return std::to_string(a) + "," + std::to_string(b.value_or(-1)); }
};

struct TestAdd {
    std::int64_t a = 0, b = 0;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("a", &TestAdd::a).no_default();
        s.in("b", &TestAdd::b).no_default();
    }

    std::int64_t execute() const { return a + b; }
};

struct TestCompare {
    std::int64_t a = 0, b = 0;
    std::string op;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("a", &TestCompare::a).no_default();
        s.in("b", &TestCompare::b).no_default();
        s.in("op", &TestCompare::op).choices([](const Services&) { return Json({"==", "!=", "<", ">", "<=", ">="}); });
    }

    bool execute() const {
        const std::map<std::string, bool> answers{{"==", a == b}, {"!=", a != b}, {"<", a < b},
                                                  {">", a > b},   {"<=", a <= b}, {">=", a >= b}};
        return answers.at(op);
    }
};

struct TestUniqueId {
    std::int64_t value = 0;
    std::string node_id;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("value", &TestUniqueId::value).no_default();
        s.hidden_in("node_id", "UNIQUE_ID", &TestUniqueId::node_id);
    }

    std::string execute() const { return node_id + ":" + std::to_string(value); }
};

struct TestNotIdempotent {
    std::int64_t value = 0;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.not_idempotent = true;
        s.in("value", &TestNotIdempotent::value).no_default();
    }

    std::int64_t execute() const { return value; }
};

struct TestHidden {
    std::int64_t salt = 0;
    Json prompt, extra;
    std::string uid;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("salt", &TestHidden::salt).no_default();
        s.hidden_in("prompt", "PROMPT", &TestHidden::prompt);
        s.hidden_in("extra", "EXTRA_PNGINFO", &TestHidden::extra);
        s.hidden_in("uid", "UNIQUE_ID", &TestHidden::uid);
    }

    // Members sorted by name at every level.
    std::string execute() const {
        const Json record = {{"prompt", prompt}, {"extra_pnginfo", extra}, {"unique_id", uid}};
        return easel::python_json(Json::parse(nlohmann::json::parse(record.dump()).dump()));
    }
};

struct TestCounter {
    std::int64_t value = 0;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("value", &TestCounter::value).no_default();
    }

    struct Calls {
        int count = 0;
    };

    std::string execute(Context& context) const {
        return std::to_string(value) + "#" + std::to_string(++context.state<Calls>().count);
    }
};

struct TestFail {
    Value value;
    std::string message = "intended failure";

    static void declare(Schema& s) {
        s.category = "conformance";
        s.checks_input_types = true;
        s.in("value", &TestFail::value);
        s.in("message", &TestFail::message);
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }
    Value execute() const { throw Error(message); }
};

struct TestBusy {
    Value value;
    double seconds = 0.5;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.checks_input_types = true;
        s.in("value", &TestBusy::value);
        s.in("seconds", &TestBusy::seconds).range(0.0, 60.0);
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    Value execute(Context& context) const {
        const int ticks = std::max(1, static_cast<int>(std::lround(seconds / 0.01)));
        for (int tick = 1; tick <= ticks; ++tick) {
            wait_seconds(0.01);
            context.progress(tick, ticks);
        }
        return value;
    }
};

struct TestSendText {
    std::string text;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("text", &TestSendText::text);
        s.hidden_in("uid", "UNIQUE_ID", &TestSendText::uid);
    }
    std::string uid;

    std::string execute(Context& context) const {
        context.text(text);
        return text;
    }
};

struct TestPairUI {
    Value value;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.output_node = true;
        s.checks_input_types = true;
        s.in("value", &TestPairUI::value);
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }
    Returns<> execute() const { return {Ui{{{"pairs", {value.str(), value.str() + value.str()}}}}}; }
};

struct TestIntermediate {
    std::int64_t value = 0;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.has_intermediate_output = true;
        s.in("value", &TestIntermediate::value).no_default();
    }

    Returns<std::int64_t> execute() const { return {Ui{{{"shown", Json::array({value})}}}, value + 1}; }
};

struct TestOutputPass {
    std::int64_t value = 0, factor = 1;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.output_node = true;
        s.in("value", &TestOutputPass::value).no_default();
        s.in("factor", &TestOutputPass::factor);
    }

    std::int64_t execute() const { return value * factor; }
};

}  // namespace

void register_values(Registry& registry) {
    registry.add<TestLazyChain>("TestLazyChain");
    registry.add<TestLazyBadRequest>("TestLazyBadRequest");
    registry.add<TestVariadicSum>("TestVariadicSum");
    registry.add<TestOptional>("TestOptional");
    registry.add<TestAdd>("TestAdd");
    registry.add<TestCompare>("TestCompare");
    registry.add<TestUniqueId>("TestUniqueId");
    registry.add<TestNotIdempotent>("TestNotIdempotent");
    registry.add<TestHidden>("TestHidden");
    registry.add<TestCounter>("TestCounter");
    registry.add<TestFail>("TestFail");
    registry.add<TestBusy>("TestBusy");
    registry.add<TestSendText>("TestSendText");
    registry.add<TestPairUI>("TestPairUI");
    registry.add<TestIntermediate>("TestIntermediate");
    registry.add<TestOutputPass>("TestOutputPass");
}

}  // namespace conformance_nodes
