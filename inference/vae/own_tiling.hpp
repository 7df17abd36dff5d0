// For autoencoders that have a way of their own to work in tiles.
#pragma once

#include "inference/vae/vae.hpp"

namespace easel::inference {

class TilesItself {
public:
    virtual ~TilesItself() = default;
    // As Autoencoder's functions.
    virtual Tensor encode_tiled(const Tensor& pixels, const Tiling& tiling) const = 0;
    virtual Tensor decode_tiled(const Tensor& latent, const Tiling& tiling) const = 0;
};

}  // namespace easel::inference
