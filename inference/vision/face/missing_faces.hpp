// Faces for frames of a video on which none was found.
#pragma once

#include "inference/vision/face/face_landmarker.hpp"

namespace easel::inference::face {

// Gives empty frames the faces of the frame before, or a mix of the nearest ones on both sides, of which those that lie
// closest to each other are the same face; at the ends those of the nearest frame. Changes `frames`.
// (nodes_mediapipe._fill_missing_frames)
void fill_missing(std::vector<std::vector<Face>>& frames, MissingFaces how);

}  // namespace easel::inference::face
