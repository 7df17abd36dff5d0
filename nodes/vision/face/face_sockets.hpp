// FACE_DETECTION_MODEL and FACE_LANDMARKS links.
#pragma once

#include "graph/socket.hpp"
#include "inference/vision/face/face_landmarker.hpp"

#include <memory>

namespace easel::graph {

template <>
struct SocketOf<std::shared_ptr<const inference::FaceLandmarker>> {
    static constexpr std::string_view name = "FACE_DETECTION_MODEL";
};
template <>
struct SocketOf<inference::FaceLandmarks> {
    static constexpr std::string_view name = "FACE_LANDMARKS";
};

}  // namespace easel::graph
