// What the routes need, put together by the composition root, and the functions that add them to a router.
#pragma once

#include "base/folders.hpp"
#include "base/options.hpp"
#include "graph/job_store.hpp"
#include "graph/registry.hpp"
#include "graph/services.hpp"
#include "web-api/http.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace easel::web {

// References outlive the router. The functions are thread-safe.
struct Api {
    const Options& options;
    Folders& folders;
    const graph::Registry& registry;
    const graph::Services& services;
    graph::JobStore& jobs;
    std::function<void(const std::optional<std::string>& prompt_id)> interrupt;  // absent: whatever runs
    std::function<void(bool unload_models, bool free_memory)> free;              // acts between jobs
    std::function<Json()> devices;                                               // "devices" of /system_stats
    // The last lines of the log, as {time (ISO 8601), text}, and who wants new ones as `logs` messages; may be empty.
    std::function<std::vector<std::pair<std::string, std::string>>()> log_entries = {};
    std::function<void(const std::string& client_id, bool wanted)> subscribe_logs = {};
    std::optional<std::filesystem::path> web_root = {};  // where the frontend's files are
    // The folder of the packages that come with the frontend: workflow templates, help for nodes.
    std::optional<std::filesystem::path> web_packages = {};
    // Set before the first request that needs nodes, const from then on:
    // Scripts that plugins bring for the frontend, by the name that they are served under.
    std::map<std::string, std::filesystem::path> web_extensions = {};
    // What /system_stats shows as versions of packages; an object of members of "system".
    Json versions = Json::object();
};

// Every route; handlers keep a reference to `api`. Areas: prompt, queue, history, jobs, object_info, view, upload,
// models, system, users, userdata, settings, internal, extensions.
void add_routes(Router& router, const Api& api);

// What /features answers, and `feature_flags` on a WebSocket.
Json server_features(const NetworkOptions& network);

}  // namespace easel::web
