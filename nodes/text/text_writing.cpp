#include "nodes/text/text_writing.hpp"

namespace easel::nodes {

using graph::Field;
using graph::InputSpec;

std::vector<Branch> sampling_mode_branches() {
    InputSpec temperature = inner_input("temperature", "FLOAT");
    Field<double>(temperature).default_value(0.7).range(0.01, 2.0).step(1e-06);
    InputSpec top_k = inner_input("top_k", "INT");
    Field<std::int64_t>(top_k).default_value(64).range(0, 1000);
    InputSpec top_p = inner_input("top_p", "FLOAT");
    Field<double>(top_p).default_value(0.95).range(0.0, 1.0).step(0.01);
    InputSpec min_p = inner_input("min_p", "FLOAT");
    Field<double>(min_p).default_value(0.05).range(0.0, 1.0).step(0.01);
    InputSpec repetition_penalty = inner_input("repetition_penalty", "FLOAT");
    Field<double>(repetition_penalty).default_value(1.05).range(0.0, 5.0).step(0.01);
    InputSpec seed = inner_input("seed", "INT");
    Field<std::uint64_t>(seed).default_value(0).range(0, 18446744073709551615ull);
    InputSpec presence_penalty = inner_input("presence_penalty", "FLOAT");
    Field<double>(presence_penalty).default_value(0.0).range(0.0, 5.0).step(0.01).optional();
    return {{"on", {temperature, top_k, top_p, min_p, repetition_penalty, seed, presence_penalty}}, {"off", {}}};
}

inference::TextGeneration text_generation(const Chosen& sampling_mode, std::int64_t max_length, Context& context) {
    inference::TextGeneration generation{.max_length = max_length, .samples = sampling_mode.key == "on"};
    if (generation.samples) {
        generation.temperature = sampling_mode.number("temperature");
        generation.top_k = sampling_mode.integer("top_k");
        generation.top_p = sampling_mode.number("top_p");
        generation.min_p = sampling_mode.number("min_p");
        generation.repetition_penalty = sampling_mode.number("repetition_penalty");
        generation.seed = graph::unbox_unsigned(sampling_mode.require("seed"), "seed");
        if (sampling_mode.inputs.contains("presence_penalty"))
            generation.presence_penalty = sampling_mode.number("presence_penalty");
    }
    generation.progress = [&context, max_length](int64_t count) {
        context.progress(static_cast<double>(count), static_cast<double>(max_length));
    };
    return generation;
}

}  // namespace easel::nodes
