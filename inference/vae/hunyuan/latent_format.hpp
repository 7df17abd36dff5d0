// The latents of Tencent's Hunyuan networks.
#pragma once

#include "inference/vae/latent_format.hpp"

namespace easel::inference {

// HunyuanVideo 1.0's, which Kandinsky 5 uses for videos as well.
LatentFormat hunyuan_video_latent_format();
LatentFormat hunyuan_video15_latent_format();
// HunyuanImage 2.1's: pictures of which a cell stands for 32 by 32 pixels.
LatentFormat hunyuan_image_latent_format();
// What HunyuanImage's refiner works on: HunyuanVideo 1.5's latents, two frames to one.
LatentFormat hunyuan_refiner_latent_format();

}  // namespace easel::inference
