// Faces drawn on pictures.
#pragma once

#include "inference/tensor.hpp"
#include "inference/vision/face/face_landmarker.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace easel::inference {

// 1 inside the outlines of `parts` of any face, else 0: [frames, height, width]. Throws UserError for a part that the
// model does not know. (MediaPipeFaceMask)
Tensor face_masks(const FaceLandmarks& faces, std::span<const std::string_view> parts);

struct FaceStyle {
    std::array<std::uint8_t, 3> ink{0, 255, 0};
    int64_t line_width = 1;  // pixels; 0: no lines
    int64_t point_size = 2;  // likewise
    bool is_filled = false;  // the inside of the parts instead of lines and points
};

// The lines of `parts` and all points of each face on `pictures` [frames, height, width, 3 or more] in 0..1, or on
// black where these are undefined: [frames, height, width, 3]. Pictures without a frame of faces stay as they are, in
// 256 steps. (MediaPipeFaceMeshVisualize)
Tensor drawn_faces(const FaceLandmarks& faces, const Tensor& pictures, std::span<const std::string_view> parts,
                   const FaceStyle& style);

}  // namespace easel::inference
