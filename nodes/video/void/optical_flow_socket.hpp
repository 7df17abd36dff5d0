// OPTICAL_FLOW links.
#pragma once

#include "graph/socket.hpp"
#include "inference/vision/optical_flow/raft.hpp"

#include <memory>

namespace easel::graph {

template <>
struct SocketOf<std::shared_ptr<const inference::Raft>> {
    static constexpr std::string_view name = "OPTICAL_FLOW";
};

}  // namespace easel::graph
