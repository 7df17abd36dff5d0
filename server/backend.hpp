// The part of the program that computes, as the server sees it. It is a library of its own, loaded while the server
// already answers: libtorch takes a third of a second to load, and the server itself needs nothing of it.
#pragma once

#include "base/folders.hpp"
#include "base/json.hpp"
#include "base/options.hpp"
#include "graph/registry.hpp"
#include "graph/services.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace easel::server {

class Backend {
public:
    virtual ~Backend() = default;

    virtual void register_nodes(graph::Registry& registry) = 0;
    virtual void add_services(graph::Services& services) = 0;
    // On the thread that will run prompts, before the first one.
    virtual void begin_work() = 0;

    // From that thread, between prompts: memory of models, and what the allocator keeps.
    virtual void unload_models() = 0;
    // Whether an exception that a node threw says that memory is short.
    virtual bool is_out_of_memory(const std::exception& error) const = 0;

    // "devices" of /system_stats, from any thread.
    virtual Json devices() const = 0;
    // Members of "system" in /system_stats: versions of what computes.
    virtual Json versions() const = 0;
    // What `easel doctor` says of computing: pairs of a name and a finding.
    virtual std::vector<std::pair<std::string, std::string>> findings() const = 0;
};

using BackendOpener = std::function<std::unique_ptr<Backend>(const Options&, Folders&)>;

// Loads the library from beside this one. Throws Error with the loader's own words when it cannot be loaded.
std::unique_ptr<Backend> open_backend(const Options& options, Folders& folders);

}  // namespace easel::server
