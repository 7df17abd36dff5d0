// Lists and blockers.
#include "tests/support/graph/recorder.hpp"

namespace easel::graph::testing {

using ::testing::ElementsAre;

TEST(ExecutorLists, CallsANodeForEachElement) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Range", "inputs": {"count": 3}},
                  "2": {"class_type": "Add", "inputs": {"a": ["1", 0], "b": 10}},
                  "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}},
                  "4": {"class_type": "Show", "inputs": {"value": ["1", 1]}}})");
    EXPECT_EQ(bench.text("3"), ids({"10", "11", "12"}));
    EXPECT_EQ(bench.text("4"), ids({"3"}));
}

TEST(ExecutorLists, RepeatsTheLastElementOfAShorterList) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Range", "inputs": {"count": 4}}, "2": {"class_type": "Range", "inputs": {"count": 2}},
                  "3": {"class_type": "Add", "inputs": {"a": ["1", 0], "b": ["2", 0]}},
                  "4": {"class_type": "Show", "inputs": {"value": ["3", 0]}}})");
    EXPECT_EQ(bench.text("4"), ids({"0", "2", "3", "4"}));
}

TEST(ExecutorLists, HandsTheWholeListToANodeThatTakesLists) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Range", "inputs": {"count": 3}},
                  "2": {"class_type": "Count", "inputs": {"items": ["1", 0], "separator": "|"}},
                  "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}}})");
    EXPECT_EQ(bench.text("3"), ids({"0|1|2#1"}));
}

TEST(ExecutorLists, JoinsTheListOutputsOfAllCalls) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Range", "inputs": {"count": 3}},
                  "2": {"class_type": "Range", "inputs": {"count": ["1", 0]}},
                  "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}},
                  "4": {"class_type": "Show", "inputs": {"value": ["2", 1]}}})");
    EXPECT_EQ(bench.text("3"), ids({"0", "0", "1"}));
    EXPECT_EQ(bench.text("4"), ids({"0", "1", "2"}));
}

TEST(ExecutorLists, FailsAnEmptyListBesideAnotherInput) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Range", "inputs": {"count": 0}},
                  "2": {"class_type": "Add", "inputs": {"a": ["1", 0], "b": 1}},
                  "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}}})");
    EXPECT_EQ(bench.last.messages.back().data["exception_type"], "IndexError");
    EXPECT_EQ(bench.last.messages.back().data["exception_message"], "list index out of range\n");
}

TEST(ExecutorLists, CallsANodeWithoutArgumentsForAnEmptyListAlone) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Range", "inputs": {"count": 0}},
                  "3": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.last.messages.back().data["exception_type"], "TypeError");
}

TEST(ExecutorBlockers, StopSilentlyWhatFollows) {
    Bench bench;
    const JobResult result =
        bench.run(R"({"1": {"class_type": "Block", "inputs": {"value": 1, "block": true, "message": ""}},
        "2": {"class_type": "Add", "inputs": {"a": ["1", 0], "b": 1}},
        "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}}})");
    EXPECT_EQ(result.status, JobStatus::success);
    EXPECT_EQ(result.outputs, Json::object());
    EXPECT_EQ(bench.events.ran(), ids({"1", "2", "3"})) << "blocked nodes are announced";
    EXPECT_TRUE(bench.events.all<ExecutionError>().empty());
}

TEST(ExecutorBlockers, ReportAMessageOnceAtTheirFirstConsumer) {
    Bench bench;
    const JobResult result =
        bench.run(R"({"1": {"class_type": "Block", "inputs": {"value": 1, "block": true, "message": "no entry"}},
        "2": {"class_type": "Add", "inputs": {"a": ["1", 0], "b": 1}},
        "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}}})");
    const auto errors = bench.events.all<ExecutionError>();
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].node, "2");
    EXPECT_EQ(errors[0].exception_message, "Execution Blocked: no entry");
    EXPECT_EQ(errors[0].exception_type, "ExecutionBlocked");
    EXPECT_EQ(errors[0].current_inputs, Json::array());
    EXPECT_TRUE(errors[0].live_only);
    EXPECT_EQ(result.status, JobStatus::success);
    EXPECT_EQ(result.messages.size(), 3u) << "history does not show it";
}

TEST(ExecutorBlockers, StopSingleElementsOfAList) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Range", "inputs": {"count": 3}},
                  "odd": {"class_type": "IsOdd", "inputs": {"value": ["1", 0]}},
                  "2": {"class_type": "Block", "inputs": {"value": ["1", 0], "block": ["odd", 0], "message": ""}},
                  "3": {"class_type": "Add", "inputs": {"a": ["2", 0], "b": 5}},
                  "4": {"class_type": "Show", "inputs": {"value": ["3", 0]}}})");
    EXPECT_EQ(bench.text("4"), ids({"5", "7"}));
}

TEST(ExecutorBlockers, StopAWholeCallThatTakesLists) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Range", "inputs": {"count": 2}},
                  "odd": {"class_type": "IsOdd", "inputs": {"value": ["1", 0]}},
                  "2": {"class_type": "Block", "inputs": {"value": ["1", 0], "block": ["odd", 0], "message": ""}},
                  "3": {"class_type": "Count", "inputs": {"items": ["2", 0], "separator": "|"}},
                  "4": {"class_type": "Show", "inputs": {"value": ["3", 0]}}})");
    EXPECT_EQ(bench.last.outputs, Json::object());
}

}  // namespace easel::graph::testing
