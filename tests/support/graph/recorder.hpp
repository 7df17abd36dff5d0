// Runs prompts and remembers what was reported.
#pragma once

#include "graph/executor.hpp"
#include "graph/validator.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace easel::graph::testing {

// Keeps every event, from whatever thread.
class Recorder : public EventSink {
public:
    void emit(Event event) override;

    template <class Body>
    std::vector<Body> all() const {
        const std::lock_guard lock(mutex_);
        std::vector<Body> found;
        for (const Event& event : events_)
            if (const auto* body = std::get_if<Body>(&event.body)) found.push_back(*body);
        return found;
    }
    // The ids that `executing` named.
    std::vector<std::string> ran() const;
    // "start", "cached", "executing 1", "state 1:running 2:finished", ... in order.
    std::vector<std::string> lines() const;
    void clear();

private:
    mutable std::mutex mutex_;
    std::vector<Event> events_;
};

// An executor with all test nodes and the events of its last prompt.
class Bench {
public:
    explicit Bench(CacheMode mode = CacheMode::ram_pressure, std::size_t lru_entries = 0);

    // Validates and runs; throws std::runtime_error with the reply when the prompt is refused.
    JobResult run(const char* prompt, std::stop_token stop = {});
    JobResult run(const std::string& prompt, std::stop_token stop = {});
    JobResult run(Json prompt, std::stop_token stop = {});
    // Runs without validating.
    JobResult run_unchecked(Json prompt, std::vector<std::string> outputs);

    Registry registry;
    Services services;
    Recorder events;
    Json extra_data = Json::object();
    int evictions = 0;

    // The "text" that an output node showed in the last prompt.
    std::vector<std::string> text(const std::string& node) const;
    std::vector<std::string> cached() const;  // of execution_cached
    JobResult last;

private:
    std::unique_ptr<OutputCache> cache_;
    std::unique_ptr<Executor> executor_;
    int jobs_ = 0;
};

std::vector<std::string> ids(std::initializer_list<const char*> names);

// Reads a recorded file of tests/graph/data.
Json recorded(const std::string& name);

}  // namespace easel::graph::testing
