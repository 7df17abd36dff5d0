// Counts what the server does, for operators: jobs by outcome, time by node type. Stands between the executor and the
// clients: events pass through it unchanged.
#pragma once

#include "base/string_map.hpp"
#include "graph/events.hpp"
#include "graph/job.hpp"

#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace easel::web {

// Thread-safe.
class Metrics final : public graph::EventSink {
public:
    explicit Metrics(graph::EventSink& clients) : clients_(clients) {}

    void job_started(const graph::Job& job);
    void job_ended(graph::JobStatus status);
    void emit(graph::Event event) override;

    // Counters as lines of the Prometheus text format.
    std::string text() const;

private:
    using Clock = std::chrono::steady_clock;
    struct Work {
        std::uint64_t runs = 0;
        double seconds = 0;
    };

    void end_node();

    graph::EventSink& clients_;
    mutable std::mutex mutex_;
    StringMap<std::string> types_;  // class by node of the running job
    Clock::time_point job_begun_, node_begun_;
    std::string node_type_;  // of the node that runs; empty: none
    std::map<std::string, Work> by_type_;
    std::map<std::string, Work> by_outcome_;
};

}  // namespace easel::web
