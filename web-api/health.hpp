// GET /health, /ready and /metrics: what operators and their tools ask. Answered even while the nodes are loading.
#pragma once

#include "graph/job_store.hpp"
#include "web-api/http.hpp"
#include "web-api/metrics.hpp"

#include <functional>

namespace easel::web {

// References outlive the router. The functions are called on the io thread.
struct HealthSources {
    graph::JobStore& jobs;
    const Metrics& metrics;
    std::function<bool()> worker_is_ready;  // nodes are loaded, prompts are taken
    std::function<Json()> devices;          // "devices" of /system_stats; asked when the worker is ready
    std::function<std::size_t()> open_sockets;
};

void add_health_routes(Router& router, HealthSources sources);

}  // namespace easel::web
