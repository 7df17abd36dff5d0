#include "graph/output_cache.hpp"

#include "graph/caches/ram_pressure.hpp"
#include "tests/support/graph/recorder.hpp"

namespace easel::graph::testing {

namespace {

Json shown_number(int value) {
    return {{"n", {{"class_type", "Number"}, {"inputs", {{"value", value}}}}},
            {"out", {{"class_type", "Show"}, {"inputs", {{"value", Json::array({"n", 0})}}}}}};
}

std::vector<std::string> ran(Bench& bench, Json prompt) {
    bench.run(std::move(prompt));
    return bench.events.ran();
}

Json changing(const char* mode) {
    return {{"1", {{"class_type", "Changing"}, {"inputs", {{"value", 1}, {"mode", mode}}}}},
            {"2", {{"class_type", "Show"}, {"inputs", {{"value", Json::array({"1", 0})}}}}}};
}

}  // namespace

TEST(OutputCache, IgnoresIdsAndTitles) {
    Bench bench;
    ran(bench, shown_number(1));
    Json renamed = Json::parse(
        R"({"x": {"class_type": "Number", "inputs": {"value": 1}, "_meta": {"title": "y"}},
                  "z": {"class_type": "Show", "inputs": {"value": ["x", 0]}}})");
    EXPECT_EQ(ran(bench, renamed), ids({}));
    EXPECT_EQ(bench.last.meta["z"]["node_id"], "out") << "the meta of the run that computed it";
}

TEST(OutputCache, RunsAgainBelowAChange) {
    Bench bench;
    Json prompt = Json::parse(
        R"({"1": {"class_type": "Number", "inputs": {"value": 1}},
                  "2": {"class_type": "Add", "inputs": {"a": ["1", 0], "b": 1}},
                                  "3": {"class_type": "Show", "inputs": {"value": ["2", 0]}}})");
    ran(bench, prompt);
    prompt["2"]["inputs"]["b"] = 2;
    EXPECT_EQ(ran(bench, prompt), ids({"2", "3"}));
    EXPECT_EQ(bench.cached(), ids({"1"}));
}

TEST(OutputCache, CountsUndeclaredConstants) {
    Bench bench;
    Json prompt = shown_number(1);
    ran(bench, prompt);
    prompt["out"]["inputs"]["unknown"] = 1;
    EXPECT_EQ(ran(bench, prompt), ids({"out"}));
}

TEST(OutputCache, TellsTheSlotsOfALinkApart) {
    Bench bench;
    Json prompt = Json::parse(
        R"({"1": {"class_type": "Range", "inputs": {"count": 2}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    ran(bench, prompt);
    prompt["2"]["inputs"]["value"][1] = 1;
    EXPECT_EQ(ran(bench, prompt), ids({"2"}));
}

TEST(OutputCache, CountsTheIdOfANodeThatSeesIt) {
    Bench bench;
    auto prompt = [](const char* id) {
        return Json{{id, {{"class_type", "Own"}, {"inputs", {{"value", 1}}}}},
                    {"out", {{"class_type", "Show"}, {"inputs", {{"value", Json::array({id, 0})}}}}}};
    };
    ran(bench, prompt("a"));
    EXPECT_EQ(ran(bench, prompt("b")), ids({"b", "out"}));
}

TEST(OutputCache, KeepsNodesApartThatAreNotIdempotent) {
    Bench bench;
    const Json prompt = Json::parse(
        R"({"1": {"class_type": "Apart", "inputs": {"value": 1}}, "2": {"class_type": "Apart", "inputs": {"value": 1}},
                                        "3": {"class_type": "Add", "inputs": {"a": ["1", 0], "b": ["2", 0]}},
                                        "4": {"class_type": "Show", "inputs": {"value": ["3", 0]}}})");
    EXPECT_EQ(ran(bench, prompt).size(), 4u);
    EXPECT_EQ(ran(bench, prompt), ids({}));
}

TEST(OutputCache, FollowsTheFingerprint) {
    Bench bench;
    ran(bench, changing("same"));
    EXPECT_EQ(ran(bench, changing("same")), ids({}));
    ran(bench, changing("always"));
    EXPECT_EQ(ran(bench, changing("always")), ids({"1", "2"})) << "NaN equals nothing";
    ran(bench, changing("fails"));
    EXPECT_EQ(ran(bench, changing("fails")), ids({"1", "2"})) << "an unknown state is a changed one";
}

TEST(OutputCache, ShowsLinksToAFingerprintAsNull) {
    Bench bench;
    const Json prompt = Json::parse(
        R"({"0": {"class_type": "Number", "inputs": {"value": 1}},
                  "1": {"class_type": "Changing", "inputs": {"value": ["0", 0], "mode": "sees"}},
                                        "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    ran(bench, prompt);
    EXPECT_EQ(ran(bench, prompt), ids({}));
}

TEST(OutputCache, ForgetsWithTheExecutor) {
    Bench bench(CacheMode::none);
    EXPECT_EQ(ran(bench, shown_number(1)), ids({"n", "out"}));
    EXPECT_EQ(ran(bench, shown_number(1)), ids({"n", "out"}));
    EXPECT_EQ(bench.cached(), ids({}));
}

TEST(OutputCache, RunsTwinsEachWithoutACache) {
    Bench bench(CacheMode::none);
    const Json prompt = Json::parse(
        R"({"1": {"class_type": "Number", "inputs": {"value": 1}},
                  "2": {"class_type": "Number", "inputs": {"value": 1}},
                                        "3": {"class_type": "Add", "inputs": {"a": ["1", 0], "b": ["2", 0]}},
                                        "4": {"class_type": "Show", "inputs": {"value": ["3", 0]}}})");
    EXPECT_EQ(ran(bench, prompt).size(), 4u);
    EXPECT_EQ(bench.text("4"), ids({"2"}));
}

TEST(OutputCache, ExpandsWithoutACache) {
    Bench bench(CacheMode::none);
    const Json prompt = Json::parse(
        R"({"1": {"class_type": "Loop", "inputs": {"value": 1, "depth": 3}},
                  "2": {"class_type": "Show", "inputs": {"value": ["1", 0]}}})");
    ran(bench, prompt);
    EXPECT_EQ(bench.text("2"), ids({"2"}));
}

TEST(ClassicCache, ForgetsWhatTheLastPromptDidNotHave) {
    Bench bench(CacheMode::classic);
    ran(bench, shown_number(1));
    EXPECT_EQ(ran(bench, shown_number(1)), ids({}));
    ran(bench, shown_number(2));
    EXPECT_EQ(ran(bench, shown_number(1)), ids({"n", "out"}));
}

TEST(LruCache, KeepsOlderPromptsUpToItsSize) {
    Bench bench(CacheMode::lru, 6);
    ran(bench, shown_number(1));
    ran(bench, shown_number(2));
    EXPECT_EQ(ran(bench, shown_number(1)), ids({}));
    ran(bench, shown_number(3));
    ran(bench, shown_number(4));
    ran(bench, shown_number(5));
    ran(bench, shown_number(6));
    EXPECT_EQ(ran(bench, shown_number(1)), ids({"n", "out"}));
}

namespace {

struct Heavy {
    Footprint memory;
};
Footprint footprint(const Heavy& heavy) { return heavy.memory; }

CacheEntry entry_of(std::size_t bytes, bool goes_first = false) {
    auto output = std::make_shared<NodeOutput>();
    output->slots = {{Value(Heavy{{bytes, goes_first}})}};
    return output;
}

constexpr std::uint64_t gigabyte = 1ull << 30;

}  // namespace

TEST(RamPressureCache, DropsOlderPromptsAtOnceOnASmallMachine) {
    RamPressureCache cache({128 * gigabyte, gigabyte}, [] { return MemoryState{32 * gigabyte, 30 * gigabyte}; });
    cache.begin_prompt({});
    cache.store({{1, 1}, ""}, entry_of(1));
    cache.trim();
    EXPECT_TRUE(cache.find({{1, 1}, ""}));
    cache.begin_prompt({});
    cache.trim();
    EXPECT_FALSE(cache.find({{1, 1}, ""}));
}

TEST(RamPressureCache, KeepsOlderPromptsWhileThereIsRoom) {
    MemoryState memory{512 * gigabyte, 400 * gigabyte};
    RamPressureCache cache({128 * gigabyte, gigabyte}, [&] { return memory; });
    cache.begin_prompt({});
    cache.store({{1, 1}, ""}, entry_of(1));
    cache.begin_prompt({});
    for (int i = 0; i < 70; ++i)
        cache.trim();
    EXPECT_TRUE(cache.find({{1, 1}, ""}));
    cache.begin_prompt({});
    memory.available = 100 * gigabyte;
    for (int i = 0; i < 70; ++i)
        cache.trim();
    EXPECT_FALSE(cache.find({{1, 1}, ""}));
}

TEST(RamPressureCache, DropsLargeResultsOfTheRunningPromptWhenMemoryIsShort) {
    RamPressureCache cache({128 * gigabyte, gigabyte}, [] { return MemoryState{32 * gigabyte, gigabyte / 2}; });
    cache.begin_prompt({});
    cache.store({{1, 1}, ""}, entry_of(gigabyte));
    cache.store({{2, 2}, ""}, entry_of(100));
    for (int i = 0; i < 70; ++i)
        cache.trim();
    EXPECT_FALSE(cache.find({{1, 1}, ""}));
    EXPECT_TRUE(cache.find({{2, 2}, ""}));
}

TEST(RamPressureCache, DropsNetworksOfOlderPromptsBeforeTensors) {
    MemoryState memory{512 * gigabyte, 400 * gigabyte};
    int asked = 0;
    RamPressureCache cache({128 * gigabyte, gigabyte}, [&] {
        // Short at first, enough when one entry is gone.
        if (memory.available < 128 * gigabyte && ++asked > 1) memory.available = 200 * gigabyte;
        return memory;
    });
    cache.begin_prompt({});
    cache.store({{1, 1}, ""}, entry_of(gigabyte));
    cache.store({{2, 2}, ""}, entry_of(0, true));
    cache.begin_prompt({});
    memory.available = 100 * gigabyte;
    for (int i = 0; i < 70; ++i)
        cache.trim();
    EXPECT_TRUE(cache.find({{1, 1}, ""}));
    EXPECT_FALSE(cache.find({{2, 2}, ""}));
}

}  // namespace easel::graph::testing
