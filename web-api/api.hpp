// What the routes need, put together by the composition root, and the functions that add them to a router.
#pragma once

#include "base/folders.hpp"
#include "base/options.hpp"
#include "graph/job_store.hpp"
#include "graph/registry.hpp"
#include "graph/services.hpp"
#include "web-api/http.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace easel::web {

// References outlive the router. The functions are thread-safe.
struct Api {
    const Options& options;
    Folders& folders;
    const graph::Registry& registry;
    const graph::Services& services;
    graph::JobStore& jobs;
    std::function<void(const std::optional<std::string>& prompt_id)> interrupt;    // absent: whatever runs
    std::function<void(bool unload_models, bool free_memory)> free;                // acts between jobs
    std::function<Json()> devices;                                                 // "devices" of /system_stats
};

// Every route. Areas: prompt, queue, history, jobs, object_info, view, upload, models, system, userdata, settings.
void add_routes(Router& router, const Api& api);

}  // namespace easel::web
