// What a prompt costs before the text encoder: its weights, its tokens.
#include "inference/text/prompt_tokens.hpp"
#include "inference/text/prompt_weights.hpp"
#include "inference/text/tokenizers/clip_bpe.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace easel::inference {
namespace {

const std::string prompt =
    "a (majestic:1.2) lighthouse on a cliff at dusk, ((dramatic)) sky, \\(oil painting\\), highly detailed, "
    "by a painter of the nineteenth century, waves crashing, (seagulls:0.8), warm light in the windows";

void parse_weights(benchmark::State& state) {
    for (auto round : state)
        benchmark::DoNotOptimize(parse_prompt_weights(prompt));
}

void clip_tokens(benchmark::State& state) {
    const ClipBpe& tokenizer = ClipBpe::instance();
    for (auto round : state)
        benchmark::DoNotOptimize(tokenizer.encode(prompt));
}

void chunks(benchmark::State& state) {
    const PromptFormat format{
        .tokenize = [](std::string_view text) { return ClipBpe::instance().encode(text); }, .embedding = {}};
    for (auto round : state)
        benchmark::DoNotOptimize(tokenize_prompt(prompt, format));
}

BENCHMARK(parse_weights);
BENCHMARK(clip_tokens);
BENCHMARK(chunks);

}  // namespace
}  // namespace easel::inference
