// Cameras as LOAD3D_CAMERA links carry them: JSON as the viewport of the frontend writes it.
#pragma once

#include "base/json.hpp"
#include "inference/splat/camera.hpp"

namespace easel::nodes {

// What is missing counts as zero, 35 degrees, no zoom, perspective.
inference::Camera camera_from(const Json& camera_info);

Json camera_info_of(const inference::Camera& camera);

}  // namespace easel::nodes
