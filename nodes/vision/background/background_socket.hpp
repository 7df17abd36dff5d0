// BACKGROUND_REMOVAL links.
#pragma once

#include "graph/socket.hpp"
#include "inference/vision/birefnet/birefnet.hpp"

#include <memory>

namespace easel::graph {

template <>
struct SocketOf<std::shared_ptr<const inference::BiRefNet>> {
    static constexpr std::string_view name = "BACKGROUND_REMOVAL";
};

}  // namespace easel::graph
