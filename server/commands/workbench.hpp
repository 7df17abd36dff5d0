// What the commands other than serve work with: folders, nodes and what computes, without network and queue.
#pragma once

#include "graph/plugin.hpp"
#include "graph/registry.hpp"
#include "server/backend.hpp"
#include "server/server.hpp"

#include <memory>
#include <string>
#include <vector>

namespace easel::server {

struct Workbench {
    explicit Workbench(const Options& given);

    Options options;
    std::unique_ptr<Folders> folders;
    std::unique_ptr<Backend> backend;
    graph::Services services;
    graph::Registry registry;
    std::vector<graph::LoadedPlugin> plugins;
    std::vector<std::string> plugin_problems;
};

}  // namespace easel::server
