// What links between the nodes for hooks carry.
#pragma once

#include "graph/socket.hpp"
#include "inference/patches/hooks.hpp"

#include <memory>

namespace easel::nodes {

// Shared so that conditions with the same hooks can be told to have them.
using Hooks = std::shared_ptr<const inference::HookGroup>;
using Keyframes = std::shared_ptr<const inference::HookKeyframes>;

// A part of the schedule, as shares.
struct TimestepsRange {
    static constexpr std::string_view socket = "TIMESTEPS_RANGE";
    double start = 0.0, end = 1.0;
};

}  // namespace easel::nodes

namespace easel::graph {

template <>
struct SocketOf<nodes::Hooks> {
    static constexpr std::string_view name = "HOOKS";
};
template <>
struct SocketOf<nodes::Keyframes> {
    static constexpr std::string_view name = "HOOK_KEYFRAMES";
};

}  // namespace easel::graph
