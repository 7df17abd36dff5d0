// What IPADAPTER links carry: an adapter, and the vision model that a loader chose for it.
#pragma once

#include "graph/socket.hpp"
#include "inference/vision/clip_vision.hpp"
#include "inference/vision/ip_adapter.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace easel::nodes {

struct IpAdapterLink {
    static constexpr std::string_view socket = "IPADAPTER";
    std::shared_ptr<const inference::IpAdapter> adapter;
    std::optional<inference::ClipVision> clip_vision;
};

}  // namespace easel::nodes
