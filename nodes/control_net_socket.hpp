// CONTROL_NET links.
#pragma once

#include "graph/socket.hpp"
#include "inference/control/control.hpp"

namespace easel::graph {

template <> struct SocketOf<inference::ControlNet> { static constexpr std::string_view name = "CONTROL_NET"; };

}  // namespace easel::graph
