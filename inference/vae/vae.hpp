// What VAE links carry: a handle that turns pictures into latents and back. Cheap to copy; the network behind it is
// shared. Pictures are [batch, height, width, channels] in 0..1, latents [batch, channels, height, width].
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace easel::inference {

class Weights;

// A network between pixels [batch, 3, h, w] in -1..1 and latents; what each family of autoencoders implements.
class Autoencoder {
public:
    virtual ~Autoencoder() = default;
    virtual Tensor encode(const Tensor& pixels) const = 0;
    virtual Tensor decode(const Tensor& latent) const = 0;
    virtual int64_t latent_channels() const = 0;
    virtual int64_t downscale_ratio() const = 0;
};

// Tile sizes in pixels of the picture, for encoding and decoding alike.
struct Tiling {
    int64_t tile_width = 512;
    int64_t tile_height = 512;
    int64_t overlap = 64;
};

class Vae {
public:
    // An empty handle, for fields that are filled later; only assignment is allowed.
    Vae() = default;
    explicit Vae(std::shared_ptr<const Autoencoder> network) : network_(std::move(network)) {}

    // The picture is cropped around its centre to whole latent cells; channels beyond three are dropped.
    Tensor encode(const Tensor& pixels) const;
    Tensor decode(const Tensor& latent) const;

    // In overlapping tiles, blended, for pictures too large for memory: three passes with differently shaped tiles.
    Tensor encode_tiled(const Tensor& pixels, const Tiling& tiling) const;
    Tensor decode_tiled(const Tensor& latent, const Tiling& tiling) const;

    int64_t latent_channels() const { return network_->latent_channels(); }
    int64_t downscale_ratio() const { return network_->downscale_ratio(); }

private:
    std::shared_ptr<const Autoencoder> network_;
};

// The autoencoder of a VAE file or of a checkpoint's `first_stage_model.` part (pass that part). Throws ModelError when
// the weights are no autoencoder that we know.
Vae load_vae(const Weights& weights);

}  // namespace easel::inference
