#include "graph/executor.hpp"

#include "graph/prompt_run.hpp"

#include <thread>

namespace easel::graph {

struct Executor::State {
    ExecutorParts parts;
};

Executor::Executor(const Registry& registry, OutputCache& cache, EventSink& events, const Services& services,
                   Hooks hooks)
    : state_(std::make_unique<State>(State{{registry, cache, events, services, std::move(hooks)}})) {
    auto& post = state_->parts.hooks.post_to_pool;
    if (!post) post = [](std::function<void()> work) { std::thread(std::move(work)).detach(); };
}

Executor::~Executor() = default;

JobResult Executor::run(const Job& job, std::stop_token stop) {
    return PromptRun(state_->parts, job, std::move(stop)).run();
}

void Executor::reset() {
    state_->parts.cache.clear();
    state_->parts.instances.clear();
}

}  // namespace easel::graph
