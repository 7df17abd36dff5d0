// What the nodes that turn prompts into a request for one of Hunyuan's videos have in common.
#pragma once

#include "inference/models/wan/start_frames.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

#include <optional>

namespace easel::nodes {

// The frames that a video begins with, encoded [batch, channels, frames, h, w], and a mask over the latent's frames, 0
// where they are given.
struct StartFrames {
    Tensor latent, mask;
};

// `pictures` [count, h, w, channels] of any size, for a video of `size` whose latent is shaped like `empty`.
StartFrames start_frames(const Vae& vae, const Tensor& pictures, const inference::wan::VideoSize& size,
                         const Tensor& empty);

// `conditioning` with what a vision model saw of a picture, for HunyuanVideo 1.5; as it is where none did.
Conditioning with_seen_picture(Conditioning conditioning, const std::optional<inference::ClipVisionOutput>& seen);

}  // namespace easel::nodes
