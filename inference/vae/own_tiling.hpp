// For autoencoders that have ways of their own.
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

// A mark of autoencoders that decode a batch as a whole, because its members see each other.
class DecodesTogether {
public:
    virtual ~DecodesTogether() = default;
};

// A mark of autoencoders whose pictures are handed on as they are, with values beyond 0..1.
class LeavesRange {
public:
    virtual ~LeavesRange() = default;
};

}  // namespace easel::inference
