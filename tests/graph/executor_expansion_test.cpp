// Nodes that expand into others, and asynchronous ones.
#include "tests/support/graph/recorder.hpp"

#include <chrono>
#include <thread>

namespace easel::graph::testing {

using ::testing::ElementsAre;

TEST(ExecutorExpansion, RunsTheInnerNodesUnderTheirOwnIds) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Grow", "inputs": {"value": 5, "steps": 2}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.events.ran(), ids({"1", "1.0.0.add0", "1.0.0.add1", "2"}));
    EXPECT_EQ(bench.text("2"), ids({"7"}));
    const auto states = bench.events.all<ProgressState>().back().nodes;
    ASSERT_EQ(states.size(), 4u);
    EXPECT_EQ(states[1].node, "1.0.0.add0");
    EXPECT_EQ(states[1].display_node, "1");
    EXPECT_EQ(states[1].parent_node, "1");
    EXPECT_EQ(states[1].real_node, "1");
}

TEST(ExecutorExpansion, NumbersCallsInTheInnerIds) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Range", "inputs": {"count": 2}},
                  "2": {"class_type": "Grow", "inputs": {"value": ["1", 0], "steps": 1}},
                  "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}}})");
    EXPECT_EQ(bench.events.ran(), ids({"1", "2", "2.0.0.add0", "2.1.0.add0", "3"}));
    EXPECT_EQ(bench.text("3"), ids({"1", "2"}));
}

TEST(ExecutorExpansion, ExpandsWhatItExpandedInto) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Loop", "inputs": {"value": 5, "depth": 3}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.text("2"), ids({"6"}));
    EXPECT_EQ(bench.events.ran().at(2), "1.0.0.1.0.0.1");
}

TEST(ExecutorExpansion, IsCachedAsAWholeAndInside) {
    for (const CacheMode mode : {CacheMode::classic, CacheMode::ram_pressure}) {
        Bench bench(mode);
        auto run = [&](int steps) {
            bench.run(Json{{"1", {{"class_type", "Grow"}, {"inputs", {{"value", 5}, {"steps", steps}}}}},
                           {"2", {{"class_type", "Show"}, {"inputs", {{"value", Json::array({"1", 0})}}}}}});
            return bench.events.ran();
        };
        run(3);
        EXPECT_EQ(run(5), ids({"1", "1.0.0.add3", "1.0.0.add4", "2"}));
        EXPECT_EQ(bench.text("2"), ids({"10"}));
        EXPECT_EQ(run(5), ids({}));
        EXPECT_EQ(bench.cached(), ids({"1", "2"})) << "only nodes of the prompt itself are named";
    }
}

TEST(ExecutorExpansion, ShowsAnOutputNodeInside) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Aside", "inputs": {"value": 5}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.last.outputs["1.0.0.show"].dump(), R"({"text":["6"]})");
    EXPECT_EQ(bench.last.meta["1.0.0.show"].dump(),
              R"({"node_id":"1.0.0.show","display_node":"1","parent_node":"1","real_node_id":"1"})");
}

TEST(ExecutorExpansion, BlamesTheVisibleNode) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Break", "inputs": {}}, "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.last.messages.back().data["node_id"], "1");
    EXPECT_EQ(bench.last.messages.back().data["node_type"], "Break");
    EXPECT_EQ(bench.last.messages.back().data["exception_message"], "inside\n");
}

TEST(ExecutorExpansion, FindsACycleInside) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Tangle", "inputs": {}}, "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.last.messages.back().data["node_id"], "1");
    EXPECT_EQ(bench.last.messages.back().data["exception_type"], "graph.DependencyCycleError");
}

TEST(ExecutorAsync, RunsWorkSideBySide) {
    Bench bench;
    const auto start = std::chrono::steady_clock::now();
    bench.run(
        R"({"1": {"class_type": "Range", "inputs": {"count": 8}},
                  "2": {"class_type": "Later", "inputs": {"value": ["1", 0], "seconds": 0.3}},
                  "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}}})");
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    EXPECT_EQ(bench.text("3"), ids({"0", "1", "2", "3", "4", "5", "6", "7"}));
    EXPECT_LT(spent.count(), 2.0) << "eight waits of 0.3 s";
}

TEST(ExecutorAsync, GoesOnWithOtherNodes) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "Later", "inputs": {"value": 4, "seconds": 0.1}},
                  "2": {"class_type": "Number", "inputs": {"value": 5}},
                  "3": {"class_type": "Add", "inputs": {"a": ["1", 0], "b": ["2", 0]}},
                  "4": {"class_type": "Show", "inputs": {"value": ["3", 0]}}})");
    EXPECT_EQ(bench.events.ran(), ids({"1", "2", "3", "4"}));
    EXPECT_EQ(bench.text("4"), ids({"9"}));
}

TEST(ExecutorAsync, ReportsAFailureOfTheWork) {
    Bench bench;
    bench.run(
        R"({"1": {"class_type": "LaterFail", "inputs": {}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    EXPECT_EQ(bench.last.messages.back().data["exception_message"], "later\n");
    EXPECT_EQ(bench.last.messages.back().data["current_inputs"], Json::object());
}

TEST(ExecutorAsync, IsInterruptedWhileItWaits) {
    Bench bench;
    std::stop_source stop;
    std::jthread hand([&] {
        while (bench.events.all<Progress>().empty())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        stop.request_stop();
    });
    bench.run(
        R"({"1": {"class_type": "Later", "inputs": {"value": 4, "seconds": 0.5}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})",
        stop.get_token());
    EXPECT_EQ(bench.last.status, JobStatus::cancelled);
    EXPECT_EQ(bench.last.messages.back().data["node_id"], "1");
}

}  // namespace easel::graph::testing
