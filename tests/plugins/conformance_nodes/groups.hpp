// The node types that the black-box protocol suite asks of a server under test, written against easel's public headers
// only: the proof that the plugin interface is enough.
#pragma once

#include "graph/node.hpp"
#include "graph/plugin.hpp"

#include <chrono>
#include <thread>

namespace conformance_nodes {

using namespace easel::graph;
using easel::Error;
using easel::Json;

inline void wait_seconds(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

void register_values(Registry&);
void register_checks(Registry&);
void register_lists(Registry&);
void register_pictures(Registry&);
void register_flow(Registry&);
void register_loops(Registry&);
void register_asynchronous(Registry&);

}  // namespace conformance_nodes
