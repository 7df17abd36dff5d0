// Runs one prompt at a time on the thread that calls it.
#pragma once

#include "graph/events.hpp"
#include "graph/job.hpp"
#include "graph/output_cache.hpp"
#include "graph/registry.hpp"
#include "graph/services.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <stop_token>

namespace easel::graph {

class Executor {
public:
    struct Hooks {
        std::function<void()> evict_models;                       // out of memory: called before the one retry
        // Whether an exception of what computes says that memory is short; OutOfMemory and bad_alloc always do.
        std::function<bool(const std::exception&)> is_out_of_memory = {};
        std::function<void(std::function<void()>)> post_to_pool;  // runs asynchronous nodes
    };

    Executor(const Registry& registry, OutputCache& cache, EventSink& events, const Services& services, Hooks hooks);
    ~Executor();

    // Emits every event from execution_start to execution_success/error/interrupted. The end mark (`Executing` with no
    // node) is the worker's business, after the history entry is written. Throws nothing that a node throws.
    JobResult run(const Job& job, std::stop_token stop);

    // Forgets cached outputs and node instances (/free).
    void reset();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace easel::graph
