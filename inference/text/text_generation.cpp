#include "inference/text/text_generation.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

namespace easel::inference {

namespace {

constexpr float never = std::numeric_limits<float>::lowest();

// What was written before becomes less likely.
void penalise(Tensor& scores, const std::vector<int>& written, const TextGeneration& how) {
    if (written.empty() || (how.repetition_penalty == 1.0 && how.presence_penalty == 0.0)) return;
    const std::set<int> distinct(written.begin(), written.end());
    const Tensor ids = at::tensor(std::vector<int64_t>(distinct.begin(), distinct.end()), at::kLong);
    Tensor some = scores.index_select(1, ids);
    if (how.repetition_penalty != 1.0)
        some = at::where(some < 0, some * how.repetition_penalty, some / how.repetition_penalty);
    if (how.presence_penalty != 0.0) some = some - how.presence_penalty;
    scores.index_copy_(1, ids, some);
}

void drop_unlikely(Tensor& scores, const TextGeneration& how) {
    if (how.min_p > 0.0) {
        const Tensor likelihood = at::softmax(scores, -1);
        scores.masked_fill_(likelihood < likelihood.amax({-1}, true) * how.min_p, never);
    }
    if (how.top_p < 1.0) {
        const auto [sorted, order] = at::sort(scores, -1, true);
        Tensor dropped = at::softmax(sorted, -1).cumsum(-1) > how.top_p;
        dropped.select(-1, 0).fill_(false);
        scores.masked_fill_(at::zeros_like(dropped).scatter_(1, order, dropped), never);
    }
}

// `scores` [1, vocabulary], the caller's own.
int choose(Tensor scores, const std::vector<int>& written, const TextGeneration& how, at::Generator& random) {
    if (!how.samples || how.temperature == 0.0) return static_cast<int>(scores.argmax(-1).item<int64_t>());
    penalise(scores, written, how);
    if (how.temperature != 1.0) scores = scores / how.temperature;
    Tensor ids;
    if (how.top_k > 0) std::tie(scores, ids) = at::topk(scores, std::min(how.top_k, scores.size(-1)));
    drop_unlikely(scores, how);
    const Tensor chosen = at::multinomial(at::softmax(scores, -1), 1, false, random);
    return static_cast<int>((ids.defined() ? ids.gather(1, chosen) : chosen).item<int64_t>());
}

}  // namespace

std::vector<int> generate_tokens(const LanguageModel& model, const GenerationStart& start,
                                 const TextGeneration& generation) {
    at::Generator random = at::make_generator<at::CPUGeneratorImpl>(generation.seed);
    KeyValueCache cache;
    LanguageModel::Input input{.embeddings = start.embeddings,
                               .positions = start.positions,
                               .added_rows = start.added_rows,
                               .added = start.added,
                               .cache = &cache};
    int64_t next_position = start.positions.defined() ? start.positions.select(1, -1).max().item<int64_t>() + 1 : 0;
    std::vector<int> written;
    while (std::ssize(written) < generation.max_length) {
        const Tensor scores = model.logits(model(input, {}).last);
        const int token = choose(scores.clone(), written, generation, random);
        written.push_back(token);
        if (generation.progress) generation.progress(std::ssize(written));
        if (std::ranges::find(start.stops, token) != start.stops.end()) break;
        input.added.clear();
        input.embeddings = model.embed(at::tensor(std::vector<int64_t>{token}, at::kLong)).unsqueeze(0);
        if (start.positions.defined()) input.positions = at::full({1}, next_position++, at::kLong);
    }
    return written;
}

}  // namespace easel::inference
