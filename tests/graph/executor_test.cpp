#include "graph/executor.hpp"

#include "tests/support/graph/recorder.hpp"

#include <chrono>
#include <thread>

namespace easel::graph::testing {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

namespace {

Json linked(const char* node, int slot = 0) { return Json::array({node, slot}); }

Json number_chain(int length) {
    Json prompt = Json::object();
    prompt["0"] = {{"class_type", "Number"}, {"inputs", {{"value", 1}}}};
    for (int i = 1; i < length; ++i)
        prompt[std::to_string(i)] = {{"class_type", "Add"},
                                     {"inputs", {{"a", Json::array({std::to_string(i - 1), 0})}, {"b", 1}}}};
    prompt["end"] = {{"class_type", "Show"}, {"inputs", {{"value", linked(std::to_string(length - 1).c_str())}}}};
    return prompt;
}

}  // namespace

TEST(Executor, ReportsAFreshRunStepByStep) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Number", "inputs": {"value": 7}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_THAT(bench.events.lines(),
                ElementsAre("start", "cached", "state 1:running", "executing 1", "state 1:finished",
                            "state 1:finished 2:running", "executing 2", R"(executed 2 {"text":["7"]})",
                            "state 1:finished 2:finished", "success"));
}

TEST(Executor, ReportsACachedRunByItsOutputs) {
    Bench bench;
    const std::string prompt =
        R"({"1": {"class_type": "Number", "inputs": {"value": 7}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})";
    bench.run(prompt);
    bench.run(prompt);
    EXPECT_THAT(bench.events.lines(),
                ElementsAre("start", "cached 1 2", R"(executed 2 {"text":["7"]})", "state 2:finished", "success"));
    EXPECT_EQ(bench.text("2"), ids({"7"}));
}

TEST(Executor, WritesHistoryAsTheReferenceDoes) {
    Bench bench;
    const JobResult result = bench.run(
        R"({"1": {"class_type": "Number", "inputs": {"value": 7}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(result.status, JobStatus::success);
    EXPECT_EQ(result.outputs.dump(), R"({"2":{"text":["7"]}})");
    EXPECT_EQ(result.meta.dump(), R"({"2":{"node_id":"2","display_node":"2","parent_node":null,"real_node_id":"2"}})");
    ASSERT_EQ(result.messages.size(), 3u);
    EXPECT_EQ(result.messages[0].name, "execution_start");
    EXPECT_EQ(result.messages[1].name, "execution_cached");
    EXPECT_EQ(result.messages[2].name, "execution_success");
    EXPECT_TRUE(result.messages[1].data["timestamp"].is_number_integer());
    EXPECT_EQ(result.messages[1].data["nodes"], Json::array());
    EXPECT_EQ(result.messages[2].data["prompt_id"], "job-1");
}

TEST(Executor, RunsOutputsFirstThenWhatFeedsThem) {
    Bench bench;
    bench.run(
        R"({"a": {"class_type": "Number", "inputs": {"value": 1}},
                  "b": {"class_type": "Number", "inputs": {"value": 2}},
                  "far": {"class_type": "Add", "inputs": {"a": ["b", 0], "b": 1}},
                  "farther": {"class_type": "Add", "inputs": {"a": ["far", 0], "b": 1}},
                  "out1": {"class_type": "Show", "inputs": {"value": ["farther", 0]}},
                  "out2": {"class_type": "Show", "inputs": {"value": ["a", 0]}}})");
    EXPECT_EQ(bench.events.ran(), ids({"a", "out2", "b", "far", "farther", "out1"}));
}

TEST(Executor, RunsASharedNodeOnce) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Number", "inputs": {"value": 1}},
                  "2": {"class_type": "Add", "inputs": {"a": ["1", 0], "b": ["1", 0]}},
                  "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}}})");
    EXPECT_EQ(bench.events.ran(), ids({"1", "2", "3"}));
    EXPECT_EQ(bench.text("3"), ids({"2"}));
}

TEST(Executor, RunsTwinsOnceAndShowsBoth) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Number", "inputs": {"value": 1}},
                  "2": {"class_type": "Number", "inputs": {"value": 1}},
                  "3": {"class_type": "Show", "inputs": {"value": ["1", 0]}},
                  "4": {"class_type": "Show", "inputs": {"value": ["2", 0]}}})");
    EXPECT_EQ(bench.events.ran().size(), 2u);
    EXPECT_EQ(bench.last.outputs["3"], bench.last.outputs["4"]);
    EXPECT_EQ(bench.last.meta["4"]["node_id"], bench.last.meta["3"]["node_id"]);
}

TEST(Executor, LeavesOutNodesThatNobodyNeeds) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Number", "inputs": {"value": 1}},
                  "idle": {"class_type": "Add", "inputs": {"a": ["1", 0], "b": 1}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.events.ran(), ids({"1", "2"}));
}

TEST(Executor, RunsOnlyTheChosenBranchOfASwitch) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Fail", "inputs": {"value": 1, "message": "x"}},
                  "2": {"class_type": "Number", "inputs": {"value": 2}},
                  "3": {"class_type": "Switch", "inputs": {"first": false, "a": ["1", 0], "b": ["2", 0]}},
                  "4": {"class_type": "Show", "inputs": {"value": ["3", 0]}}})");
    EXPECT_EQ(bench.events.ran(), ids({"3", "2", "3", "4"})) << "a lazy node is announced on every round";
    EXPECT_EQ(bench.text("4"), ids({"2"}));
}

TEST(Executor, AsksALazyNodeAgainAfterEachRound) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Number", "inputs": {"value": 5}},
                  "2": {"class_type": "Number", "inputs": {"value": 6}},
                  "3": {"class_type": "Chain", "inputs": {"first": ["1", 0], "second": ["2", 0]}},
                  "4": {"class_type": "Show", "inputs": {"value": ["3", 0]}}})");
    EXPECT_EQ(bench.events.ran(), ids({"3", "1", "3", "2", "3", "4"}));
    EXPECT_EQ(bench.text("4"), ids({"5/6"}));
}

TEST(Executor, FailsALazyNodeThatAsksForWhatIsNotThere) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "AskForMore", "inputs": {"value": 1}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    const auto errors = bench.events.all<ExecutionError>();
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].node, "1");
    EXPECT_EQ(errors[0].exception_message,
              "Node 1 says it needs input absent, but there is no input to that node at all\n");
}

TEST(Executor, PassesUndeclaredLinksButNoUndeclaredConstants) {
    Bench bench;
    bench.run(R"({"1": {"class_type": "Number", "inputs": {"value": 5}},
                  "2": {"class_type": "Sum",
                        "inputs": {"value1": 1, "value2": ["1", 0], "more": ["1", 0], "constant": 100}},
                  "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}}})");
    EXPECT_EQ(bench.text("3"), ids({"11"}));
}

TEST(Executor, ReportsAFailureWithTheNodesInputs) {
    Bench bench;
    const JobResult result = bench.run(R"({"1": {"class_type": "Number", "inputs": {"value": 5}},
        "2": {"class_type": "Fail", "inputs": {"value": ["1", 0], "message": "on purpose"}},
        "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}},
        "4": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(result.status, JobStatus::error);
    EXPECT_EQ(result.outputs.dump(), R"({"4":{"text":["5"]}})") << "what was shown before stays";
    const Json& message = result.messages.back().data;
    EXPECT_EQ(result.messages.back().name, "execution_error");
    EXPECT_EQ(message["exception_message"], "on purpose\n");
    EXPECT_EQ(message["exception_type"], "RuntimeError");
    EXPECT_EQ(message["node_id"], "2");
    EXPECT_EQ(message["node_type"], "Fail");
    EXPECT_EQ(message["executed"], Json::array({"1", "4"}));
    EXPECT_EQ(message["current_inputs"].dump(), R"({"value":[5],"message":["on purpose"]})");
    EXPECT_EQ(message["current_outputs"], Json::array({"1", "2", "3", "4"}));
}

TEST(Executor, FailsALinkThatLeadsNowhere) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Sum", "inputs": {"value1": 1, "more": ["404", 0]}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.last.status, JobStatus::error);
    EXPECT_EQ(bench.last.messages.back().data["exception_message"], "Node 404 not found\n");
}

TEST(Executor, FindsACycleOfUndeclaredLinks) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Sum", "inputs": {"value1": 1, "more": ["1", 0]}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.last.messages.back().data["exception_message"], "Dependency cycle detected");
    EXPECT_EQ(bench.last.messages.back().data["exception_type"], "graph.DependencyCycleError");
}

TEST(Executor, EvictsModelsAndTriesOnceMoreWhenMemoryRunsOut) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Forgetful", "inputs": {"times": 1}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.evictions, 1);
    EXPECT_EQ(bench.text("2"), ids({"2"}));
    bench.run(
        R"({"1": {"class_type": "Forgetful", "inputs": {"times": 9}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.last.status, JobStatus::error);
    EXPECT_EQ(bench.last.messages.back().data["exception_type"], "OutOfMemoryError");
}

TEST(Executor, StopsInsideANode) {
    Bench bench;
    std::stop_source stop;
    std::jthread hand([&] {
        while (bench.events.all<Progress>().empty())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        stop.request_stop();
    });
    const JobResult result = bench.run(
        R"({"1": {"class_type": "Wait", "inputs": {"value": 1}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})",
        stop.get_token());
    EXPECT_EQ(result.status, JobStatus::cancelled);
    EXPECT_EQ(result.messages.back().name, "execution_interrupted");
    EXPECT_EQ(result.messages.back().data["node_id"], "1");
    EXPECT_EQ(result.messages.back().data["node_type"], "Wait");
}

TEST(Executor, StopsBeforeTheNextNode) {
    Bench bench;
    std::stop_source stop;
    stop.request_stop();
    bench.run(
        R"({"1": {"class_type": "Number", "inputs": {"value": 1}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})",
        stop.get_token());
    EXPECT_EQ(bench.last.status, JobStatus::cancelled);
    EXPECT_EQ(bench.last.messages.back().data["node_id"], "1");
}

TEST(Executor, GivesHiddenInputs) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Own", "inputs": {"value": 3}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.text("2"), ids({"1:3"}));
}

TEST(Executor, KeepsTheStateOfANodeInConsecutivePrompts) {
    Bench bench;
    auto count = [&](const char* id, int value) {
        Json prompt = {{id, {{"class_type", "Counter"}, {"inputs", {{"value", value}}}}},
                       {"out", {{"class_type", "Show"}, {"inputs", {{"value", linked(id)}}}}}};
        bench.run(std::move(prompt));
        return bench.text("out").at(0);
    };
    EXPECT_EQ(count("c", 1), "1#1");
    EXPECT_EQ(count("c", 2), "2#2");
    EXPECT_EQ(count("d", 3), "3#1");
    EXPECT_EQ(count("c", 4), "4#1") << "forgotten by the prompt without it";
}

TEST(Executor, ShowsIntermediateOutputsAgainFromTheCache) {
    Bench bench;
    const std::string prompt =
        R"({"1": {"class_type": "Middle", "inputs": {"value": 3}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})";
    bench.run(prompt);
    EXPECT_EQ(bench.last.outputs.dump(), R"({"1":{"shown":[3]},"2":{"text":["4"]}})");
    bench.run(prompt);
    EXPECT_TRUE(bench.events.ran().empty());
    EXPECT_EQ(bench.last.outputs["1"].dump(), R"({"shown":[3]})");
}

TEST(Executor, RunsAChainOfTenThousandNodes) {
    Bench bench;
    const auto start = std::chrono::steady_clock::now();
    bench.run(number_chain(10'000));
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    EXPECT_EQ(bench.text("end"), ids({"10000"}));
    EXPECT_LT(spent.count(), 30.0);
}

TEST(Executor, RunsAWideGraphInLinearTime) {
    Bench bench;
    Json prompt = {{"source", {{"class_type", "Number"}, {"inputs", {{"value", 1}}}}}};
    for (int i = 0; i < 3'000; ++i) {
        const std::string id = std::to_string(i);
        prompt[id] = {{"class_type", "Add"}, {"inputs", {{"a", linked("source")}, {"b", i}}}};
        prompt["show" + id] = {{"class_type", "Show"}, {"inputs", {{"value", linked(id.c_str())}}}};
    }
    bench.run(std::move(prompt));
    EXPECT_EQ(bench.last.outputs.size(), 3'000u);
}

}  // namespace easel::graph::testing
