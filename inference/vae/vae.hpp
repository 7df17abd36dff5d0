// What VAE links carry: a handle that turns pictures into latents and back. Cheap to copy; the network behind it is
// shared. Pictures are [batch, height, width, channels] in 0..1, latents [batch, channels, height, width].
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace easel::inference {

class Weights;
class WeightTable;

// What an autoencoder of sound takes and gives.
struct SoundFormat {
    int64_t sample_rate = 44100;         // of what is encoded
    int64_t output_sample_rate = 44100;  // of what is decoded
    int64_t samples_per_cell = 2048;     // samples of the input, which is cut to whole cells
    int64_t rows = 1;                    // latents have so many beside each other: [batch, channels, rows, cells]
    bool is_cut = true;                  // whether the input is cut at all
    bool spreads_mono = true;            // whether one channel stands for two
};

// A network between pixels [batch, channels, (frames,) h, w] in -1..1 and latents; what each family of autoencoders
// implements.
class Autoencoder {
public:
    virtual ~Autoencoder() = default;
    virtual Tensor encode(const Tensor& pixels) const = 0;
    virtual Tensor decode(const Tensor& latent) const = 0;
    virtual int64_t latent_channels() const = 0;
    virtual int64_t downscale_ratio() const = 0;
    virtual int64_t pixel_channels() const { return 3; }
    // 2 for pictures, 3 for videos: then pixels and latents have frames.
    virtual int64_t dimensions() const { return 2; }
    // Frames of a video that one latent frame stands for; the first one stands for a single frame.
    virtual int64_t frames_per_latent() const { return 1; }
    // For sound, whose waveforms [batch, 2, samples] take the place of pixels; nothing for pictures.
    virtual std::optional<SoundFormat> sound() const { return std::nullopt; }
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

    // Pictures are cropped around their centre to whole latent cells; channels that the network does not take are
    // dropped. A video network takes the batch for the frames of one video and returns [1, channels, frames, h, w];
    // decoding it gives the frames as a batch.
    Tensor encode(const Tensor& pixels) const;
    Tensor decode(const Tensor& latent) const;

    // In overlapping tiles, blended, for pictures too large for memory: three passes with differently shaped tiles.
    Tensor encode_tiled(const Tensor& pixels, const Tiling& tiling) const;
    Tensor decode_tiled(const Tensor& latent, const Tiling& tiling) const;

    int64_t latent_channels() const { return network_->latent_channels(); }
    int64_t downscale_ratio() const { return network_->downscale_ratio(); }

    // What the handle is for, beyond the functions above. It outlives no copy of the handle.
    const Autoencoder& network() const { return *network_; }

    // What the network runs on, for saving; null when nobody said.
    const std::shared_ptr<WeightTable>& weights() const { return weights_; }
    Vae with_weights(std::shared_ptr<WeightTable> weights) const {
        Vae vae = *this;
        vae.weights_ = std::move(weights);
        return vae;
    }

private:
    std::shared_ptr<const Autoencoder> network_;
    std::shared_ptr<WeightTable> weights_;
};

// The autoencoder of a VAE file or of a checkpoint's `first_stage_model.` part (pass that part). Throws ModelError when
// the weights are no autoencoder that we know.
Vae load_vae(const Weights& weights);

}  // namespace easel::inference
