// UPSCALE_MODEL links.
#pragma once

#include "graph/socket.hpp"
#include "inference/upscale/upscale_model.hpp"

namespace easel::graph {

template <> struct SocketOf<inference::UpscaleModel> { static constexpr std::string_view name = "UPSCALE_MODEL"; };

}  // namespace easel::graph
