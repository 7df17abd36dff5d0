// What a prompt costs before its first node runs: reading, validating, signatures for the cache.
#include "graph/signature.hpp"
#include "graph/validator.hpp"
#include "tests/support/graph/number_nodes.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace easel::graph {
namespace {

// A row of nodes, each of which adds one to the one before.
Json chain(int64_t length) {
    Json prompt = Json::object();
    prompt["0"] = {{"class_type", "Number"}, {"inputs", {{"value", 1}}}};
    for (int64_t i = 1; i < length; ++i)
        prompt[std::to_string(i)] = {{"class_type", "Add"},
                                     {"inputs", {{"a", Json::array({std::to_string(i - 1), 0})}, {"b", 1}}}};
    prompt["end"] = {{"class_type", "Show"}, {"inputs", {{"value", Json::array({std::to_string(length - 1), 0})}}}};
    return prompt;
}

Registry numbers() {
    Registry registry;
    testing::register_numbers(registry);
    return registry;
}

void read_prompt(benchmark::State& state) {
    const std::string text = chain(state.range(0)).dump();
    for (auto round : state)
        benchmark::DoNotOptimize(DynamicPrompt(Json::parse(text)).size());
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void validate_prompt(benchmark::State& state) {
    const Registry registry = numbers();
    const Services services;
    Json prompt = chain(state.range(0));
    for (auto round : state)
        benchmark::DoNotOptimize(validate(prompt, registry, services).outputs.size());
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void sign_prompt(benchmark::State& state) {
    const Registry registry = numbers();
    const Services services;
    DynamicPrompt prompt(chain(state.range(0)));
    std::uint64_t next_unique = 0;
    for (auto round : state) {
        Signatures signatures(prompt, registry, services, next_unique);
        benchmark::DoNotOptimize(signatures.of(prompt.size() - 1));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(read_prompt)->Arg(10)->Arg(100)->Arg(10'000);
BENCHMARK(validate_prompt)->Arg(10)->Arg(100)->Arg(10'000);
BENCHMARK(sign_prompt)->Arg(10)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace easel::graph
