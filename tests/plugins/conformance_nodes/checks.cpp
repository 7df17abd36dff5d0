// Nodes with validators and fingerprints of their own.
#include "groups.hpp"

#include "base/python_repr.hpp"

#include <limits>
#include <map>

namespace conformance_nodes {
namespace {

// Python's float() of a number or of text.
double as_double(const Value& value, std::string_view input) {
    if (const auto* text = value.get_if<std::string>()) return std::stod(*text);
    return unbox_double(value, input);
}

struct TestIsChanged {
    std::int64_t value = 0;
    std::optional<bool> always = false;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("value", &TestIsChanged::value).no_default();
        s.in("always", &TestIsChanged::always);
    }

    static Json fingerprint(const ConstantInputs& inputs) {
        if (inputs["always"] == true) return std::numeric_limits<double>::quiet_NaN();
        return false;
    }
    std::int64_t execute() const { return value; }
};

struct TestIsChangedLinks {
    std::int64_t value = 0, factor = 1;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("value", &TestIsChangedLinks::value).no_default().force_input();
        s.in("factor", &TestIsChangedLinks::factor);
    }

    static Json fingerprint(const ConstantInputs& inputs) {
        if (!inputs["value"].is_null()) return std::numeric_limits<double>::quiet_NaN();
        return inputs["factor"];
    }
    std::int64_t execute() const { return value * factor; }
};

struct TestIsChangedFails {
    std::int64_t value = 0;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("value", &TestIsChangedFails::value).no_default();
    }

    static Json fingerprint(const ConstantInputs&) { throw Error("fingerprint failed"); }
    std::int64_t execute() const { return value; }
};

struct TestValidateConst {
    Value a, b;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("a", &TestValidateConst::a).type("INT,FLOAT");
        s.in("b", &TestValidateConst::b).type("INT,FLOAT");
        s.checked_inputs = {"a", "b"};
    }

    static std::optional<std::string> validate(const ConstantInputs& inputs) {
        for (const char* name : {"a", "b"})
            if (!inputs[name].is_null() && !inputs[name].is_number_float())
                return std::string(name) + " must be a float";
        return std::nullopt;
    }
    double execute() const { return as_double(a, "a") * as_double(b, "b"); }
};

struct TestValidateTypes {
    Value a, b;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("a", &TestValidateTypes::a).type("FLOAT");
        s.in("b", &TestValidateTypes::b).type("FLOAT");
        s.checks_input_types = true;
    }

    static std::optional<std::string> validate(const ConstantInputs& inputs) {
        std::map<std::string, std::string> sorted;
        for (const auto& [name, type] : inputs.input_types.items())
            sorted[name] = type.get<std::string>();
        for (const auto& [name, type] : sorted)
            if (type != "FLOAT" && type != "STRING") return name + " has type " + type;
        return std::nullopt;
    }
    double execute() const { return as_double(a, "a") * as_double(b, "b"); }
};

struct TestValidateSome {
    std::int64_t a = 0, b = 0;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("a", &TestValidateSome::a).no_default().range(0, 10);
        s.in("b", &TestValidateSome::b).no_default().range(0, 10);
        s.checked_inputs = {"a"};
    }

    static std::optional<std::string> validate(const ConstantInputs& inputs) {
        if (inputs["a"] == 13) return "";
        if (inputs["a"] == 14) return "fourteen is not allowed";
        return std::nullopt;
    }
    std::int64_t execute() const { return a + b; }
};

struct TestValidateAll {
    double a = 0, b = 0;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("a", &TestValidateAll::a).no_default().range(0.0, 1.0);
        s.in("b", &TestValidateAll::b).no_default().range(0.0, 1.0);
        s.checks_every_input = true;
    }

    static std::optional<std::string> validate(const ConstantInputs& inputs) {
        if (inputs["b"] == 7.0) return "seven is not allowed";
        return std::nullopt;
    }
    double execute() const { return a * b; }
};

struct TestValidateRaises {
    std::int64_t a = 0;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("a", &TestValidateRaises::a).no_default();
        s.checked_inputs = {"a"};
    }

    static std::optional<std::string> validate(const ConstantInputs&) { throw Error("validator broke"); }
    std::int64_t execute() const { return a; }
};

struct TestAsyncValidate {
    double value = 1.0, limit = 10.0;

    static void declare(Schema& s) {
        s.category = "conformance/async";
        s.in("value", &TestAsyncValidate::value);
        s.in("limit", &TestAsyncValidate::limit);
        s.checked_inputs = {"value", "limit"};
    }

    static std::optional<std::string> validate(const ConstantInputs& inputs) {
        wait_seconds(0.05);
        const Json &value = inputs["value"], &limit = inputs["limit"];
        if (value.is_null() || limit.is_null() || value <= limit) return std::nullopt;
        return easel::python_str(value) + " is above " + easel::python_str(limit);
    }
    double execute() const { return value; }
};

}  // namespace

void register_checks(Registry& registry) {
    registry.add<TestIsChanged>("TestIsChanged");
    registry.add<TestIsChangedLinks>("TestIsChangedLinks");
    registry.add<TestIsChangedFails>("TestIsChangedFails");
    registry.add<TestValidateConst>("TestValidateConst");
    registry.add<TestValidateTypes>("TestValidateTypes");
    registry.add<TestValidateSome>("TestValidateSome");
    registry.add<TestValidateAll>("TestValidateAll");
    registry.add<TestValidateRaises>("TestValidateRaises");
    registry.add<TestAsyncValidate>("TestAsyncValidate");
}

}  // namespace conformance_nodes
