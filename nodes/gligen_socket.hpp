// GLIGEN links.
#pragma once

#include "graph/socket.hpp"
#include "inference/control/gligen.hpp"

#include <memory>

namespace easel::graph {

template <>
struct SocketOf<std::shared_ptr<const inference::Gligen>> {
    static constexpr std::string_view name = "GLIGEN";
};

}  // namespace easel::graph
