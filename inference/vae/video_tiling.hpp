// Decoding of videos in tiles of space and time, for those too large for memory.
#pragma once

#include "inference/vae/vae.hpp"

#include <cstdint>

namespace easel::inference {

// In pixels and frames of the video.
struct VideoTiling {
    int64_t tile = 512, overlap = 64;        // height and width alike
    int64_t frames = 64, frame_overlap = 8;
};

// As Vae::decode, tile by tile; tiles fade into each other over their overlap. For VAEs whose latent frames stand for
// several frames. Throws UserError when an overlap leaves nothing of a tile. (VAEDecodeTiled)
Tensor decode_video_tiled(const Vae& vae, const Tensor& latent, const VideoTiling& tiling);

}  // namespace easel::inference
