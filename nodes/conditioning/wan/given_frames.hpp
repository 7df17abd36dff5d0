// Telling a conditioning which frames of a video are given.
#pragma once

#include "inference/models/wan/start_frames.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

#include <optional>

namespace easel::nodes {

// What a vision model saw, if it was asked.
std::optional<Tensor> features_of(const std::optional<inference::ClipVisionOutput>& seen);

// `conditioning` with the frames that are given, and with the features [batch, tokens, dim] of the pictures that a
// vision model saw; both may be absent.
Conditioning with_given_frames(Conditioning conditioning, const std::optional<inference::wan::GivenFrames>& frames,
                               const std::optional<Tensor>& features);

}  // namespace easel::nodes
