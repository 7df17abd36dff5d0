#include "graph/validator.hpp"

#include "tests/support/graph/number_nodes.hpp"
#include "tests/support/graph/pictures.hpp"
#include "tests/support/graph/recorder.hpp"

#include <algorithm>
#include <chrono>

namespace easel::graph::testing {

namespace {

class Validator : public ::testing::Test {
protected:
    Validator() {
        register_pictures(registry);
        register_numbers(registry);
    }
    Validation check(Json& prompt) { return validate(prompt, registry, services); }

    Registry registry;
    Services services;
};

// The order of dependent outputs is not defined, and our exceptions have other words after Python's own quote.
Json tidy(Json reply) {
    for (auto& [node, record] : reply["node_errors"].items()) {
        auto& outputs = record["dependent_outputs"].get_ref<Json::array_t&>();
        std::sort(outputs.begin(), outputs.end());
    }
    return reply;
}

Json reply_to(const Validation& validation) {
    return {{"error", validation.error.value_or(nullptr)}, {"node_errors", validation.node_errors}};
}

Json chain(int length) {
    Json prompt = Json::object();
    auto& nodes = prompt.get_ref<Json::object_t&>();
    nodes["0"] = {{"class_type", "Number"}, {"inputs", {{"value", 1}}}};
    for (int i = 1; i < length; ++i)
        nodes[std::to_string(i)] = {{"class_type", "Add"},
                                    {"inputs", {{"a", Json::array({std::to_string(i - 1), 0})}, {"b", 1}}}};
    nodes["end"] = {{"class_type", "Show"}, {"inputs", {{"value", Json::array({std::to_string(length - 1), 0})}}}};
    return prompt;
}

}  // namespace

TEST_F(Validator, AnswersFaultyPromptsAsTheReferenceDoes) {
    for (const Json& record : recorded("validation.json")) {
        Json prompt = record["prompt"];
        const Json reply = tidy(reply_to(check(prompt)));
        EXPECT_EQ(reply, tidy(record["reply"])) << record["name"] << "\n" << reply.dump(1);
    }
}

TEST_F(Validator, ConvertsConstantsInPlace) {
    Json prompt = Json::parse(R"({
        "1": {"class_type": "EmptyImage", "inputs": {"width": "24", "height": 5.7, "batch_size": true,
        "color": {"__value__": " 7 "}}},
        "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
        "3": {"class_type": "StringConcatenate", "inputs": {"string_a": null, "string_b": 0.1, "delimiter": [] }},
        "4": {"class_type": "Switch", "inputs": {"first": "false", "a": 1, "b": 2}},
        "5": {"class_type": "Show", "inputs": {"value": ["4", 0]}}})");
    const Validation validation = check(prompt);
    EXPECT_FALSE(validation.error);
    EXPECT_EQ(prompt["1"]["inputs"].dump(), R"({"width":24,"height":5,"batch_size":1,"color":7})");
    EXPECT_EQ(prompt["4"]["inputs"]["first"], true);
    EXPECT_EQ(validation.outputs, ids({"2", "5"}));
}

TEST_F(Validator, KeepsSeedsBeyondSignedIntegers) {
    Json prompt =
        Json::parse(R"({"1": {"class_type": "Add", "inputs": {"a": 18446744073709551615, "b": "9223372036854775808"}},
                                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_FALSE(check(prompt).error);
    EXPECT_EQ(prompt["1"]["inputs"].dump(), R"({"a":18446744073709551615,"b":9223372036854775808})");
}

TEST_F(Validator, CountsLongLists) {
    struct Pick {
        std::string name;
        static void declare(Schema& s) {
            s.output_node = true;
            s.in("name", &Pick::name).choices([](const Services&) { return Json(std::vector<int>(21, 0)); });
        }
        Returns<> execute() const { return Ui{}; }
    };
    registry.add<Pick>("Pick");
    Json prompt = Json::parse(R"({"1": {"class_type": "Pick", "inputs": {"name": "x"}}})");
    const Json error = check(prompt).node_errors["1"]["errors"][0];
    EXPECT_EQ(error["details"], "name: 'x' not in (list of length 21)");
    EXPECT_EQ(error["extra_info"]["input_config"], nullptr);
}

TEST_F(Validator, LetsANodeCheckItsOwnInputs) {
    struct Choosy {
        std::int64_t a = 0, b = 0;
        static void declare(Schema& s) {
            s.output_node = true;
            s.checked_inputs = {"a"};
            s.in("a", &Choosy::a).range(0, 10);
            s.in("b", &Choosy::b).range(0, 10);
        }
        static std::optional<std::string> validate(const ConstantInputs& inputs) {
            if (inputs["a"] == 13) return "";
            if (inputs["a"] == 14) return "fourteen";
            return std::nullopt;
        }
        Returns<> execute() const { return Ui{}; }
    };
    registry.add<Choosy>("Choosy");
    auto errors = [this](int a, int b) {
        Json prompt = {{"1", {{"class_type", "Choosy"}, {"inputs", {{"a", a}, {"b", b}}}}}};
        std::vector<std::string> details;
        for (const Json& record : check(prompt).node_errors)
            for (const Json& error : record["errors"])
                details.push_back(error["type"].get<std::string>() + ": " + error["details"].get<std::string>());
        return details;
    };
    EXPECT_EQ(errors(99, 5), ids({})) << "the range of a checked input is the node's own business";
    EXPECT_EQ(errors(5, 99), ids({"value_bigger_than_max: b"}));
    EXPECT_EQ(errors(13, 5), ids({"custom_validation_failed: a"}));
    EXPECT_EQ(errors(14, 5), ids({"custom_validation_failed: a - fourteen"}));
}

TEST_F(Validator, TakesOnlyTheTargets) {
    Json prompt = Json::parse(R"({"1": {"class_type": "Number", "inputs": {"value": 1}},
                                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}},
                                  "3": {"class_type": "Show", "inputs": {}}})");
    const Validation validation = validate(prompt, registry, services, std::vector<std::string>{"2", "nowhere"});
    EXPECT_EQ(validation.outputs, ids({"2"}));
    EXPECT_EQ(validation.node_errors, Json::object());
    EXPECT_EQ(validate(prompt, registry, services, std::vector<std::string>{}).error.value()["type"],
              "prompt_no_outputs");
}

TEST_F(Validator, IgnoresFaultsThatNoOutputNeeds) {
    Json prompt = Json::parse(
        R"({"1": {"class_type": "Number", "inputs": {}}, "2": {"class_type": "Show", "inputs": {"value": 1}}})");
    EXPECT_EQ(check(prompt).node_errors, Json::object());
}

TEST_F(Validator, CountsASlotFromTheEnd) {
    Json prompt = Json::parse(
        R"({"1": {"class_type": "Range", "inputs": {"count": 1}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", -1]}}})");
    EXPECT_FALSE(check(prompt).error);
}

TEST_F(Validator, SurvivesOddPrompts) {
    for (const char* text : {R"([])", R"(7)", R"({"1": 7})", R"({"1": []})", R"({"1": {"class_type": 5}})",
                             R"({"1": {"class_type": "Show", "inputs": 3}})",
                             R"({"1": {"class_type": "Show", "inputs": {"value": [{}, 0]}}})",
                             R"({"1": {"class_type": "Show", "inputs": {"value": ["1", null]}}})",
                             R"({"1": {"class_type": "Show", "_meta": 3, "inputs": {"value": ["1", 1e300]}}})"}) {
        Json prompt = Json::parse(text);
        EXPECT_TRUE(check(prompt).error) << text;
    }
}

TEST_F(Validator, IsLinearInAChainOfTenThousandNodes) {
    Json prompt = chain(10'000);
    const auto start = std::chrono::steady_clock::now();
    const Validation validation = check(prompt);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    EXPECT_FALSE(validation.error);
    EXPECT_LT(spent.count(), 1.0) << "about 0.03 s on an idle machine";
}

TEST_F(Validator, ReportsALongCycleByItsFirstNodes) {
    Json prompt = chain(5'000);
    prompt["0"] = {{"class_type", "Add"}, {"inputs", {{"a", Json::array({"4999", 0})}, {"b", 1}}}};
    const Validation validation = check(prompt);
    EXPECT_EQ(validation.node_errors.size(), 200u);
    EXPECT_LT(validation.node_errors.dump().size(), 8'000'000u);
}

TEST_F(Validator, VisitsSharedNodesOnce) {
    Json prompt = {{"0", {{"class_type", "Number"}, {"inputs", {{"value", 1}}}}}};
    for (int i = 1; i <= 60; ++i) {  // 2^60 paths
        const Json before = Json::array({std::to_string(i - 1), 0});
        prompt[std::to_string(i)] = {{"class_type", "Add"}, {"inputs", {{"a", before}, {"b", before}}}};
    }
    prompt["end"] = {{"class_type", "Show"}, {"inputs", {{"value", Json::array({"60", 0})}}}};
    EXPECT_FALSE(check(prompt).error);
}

}  // namespace easel::graph::testing
