#include "inference/vae/vae.hpp"

#include "base/log.hpp"
#include "inference/layers/half_attention.hpp"
#include "inference/memory/block_cache.hpp"
#include "inference/memory/device_memory.hpp"
#include "inference/vae/own_tiling.hpp"
#include "inference/vae/tiling.hpp"
#include "inference/vae/vae_memory.hpp"
#include "inference/weights/weights.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

// [batch, h, w, channels] as [batch, channels, h, w], or [1, channels, batch, h, w] for a video network, cut around the
// centre to whole latent cells. [batch, frames, h, w, channels] are videos already.
Tensor to_planes(const Tensor& pixels, const Autoencoder& network) {
    const int64_t cell = network.downscale_ratio(), channels = network.pixel_channels();
    Tensor part = pixels;
    for (const int64_t dimension : {-3, -2}) {
        const int64_t rest = part.size(dimension) % cell;
        if (rest != 0) part = part.narrow(dimension, rest / 2, part.size(dimension) - rest);
    }
    part = part.narrow(-1, 0, std::min(part.size(-1), channels));
    if (part.size(-1) < channels) part = at::constant_pad_nd(part, {0, channels - part.size(-1)}, 1.0);  // opaque
    if (part.dim() == 5) return part.movedim(-1, 1);
    return network.dimensions() == 3 ? part.movedim(-1, 0).unsqueeze(0) : part.movedim(-1, 1);
}

// 0..1 becomes -1..1.
Tensor to_network(const Tensor& pixels) { return pixels * 2.0 - 1.0; }

// And back, as [batch, h, w, channels]; frames become members of the batch.
Tensor to_pixels(const Tensor& planes, const Autoencoder& network) {
    const bool is_cut = dynamic_cast<const LeavesRange*>(&network) == nullptr;
    const Tensor shares = (planes + 1.0) / 2.0;
    const Tensor pixels = (is_cut ? shares.clamp(0.0, 1.0) : shares).movedim(1, -1);
    return pixels.dim() == 5 ? pixels.flatten(0, 1) : pixels;
}

// A latent with as many dimensions as the network wants: of a video, a picture network sees the first frame.
Tensor fitting(const Tensor& latent, const Autoencoder& network) {
    if (network.dimensions() == 2 && latent.dim() == 5) return latent.select(2, 0);
    return network.dimensions() == 3 && latent.dim() == 4 ? latent.unsqueeze(2) : latent;
}

// Pictures go through the network one by one: its activations are a thousand times the picture.
template <class Function>
Tensor one_by_one(const Tensor& batch, Function function) {
    std::vector<Tensor> results;
    for (int64_t i = 0; i < batch.size(0); ++i)
        results.push_back(function(batch.narrow(0, i, 1)).to(at::kCPU, at::kFloat));
    return at::cat(results);
}

// The mean of three passes over tiles of different shapes, so that their seams do not coincide; videos get one pass.
Tensor passes(const Tensor& samples, const TileGrid& grid, const std::function<Tensor(const Tensor&)>& function) {
    if (samples.dim() == 5) return tiled(samples, grid, function);
    TileGrid wide = grid, tall = grid;
    wide.tile_width *= 2;
    wide.tile_height /= 2;
    tall.tile_width /= 2;
    tall.tile_height *= 2;
    return (tiled(samples, tall, function) + tiled(samples, wide, function) + tiled(samples, grid, function)) / 3.0;
}

// What holds while a network runs: attention may round where products may, and memory of activations is used again.
struct Run {
    HalfAttention attention;
    BlockCache blocks;

    explicit Run(const WeightTable* weights) : attention(weights != nullptr && weights->settings().half_products) {}
};

}  // namespace

Tensor Vae::encode(const Tensor& pixels) const {
    const Run run(weights_.get());
    const Tensor planes = to_planes(pixels, *network_);
    return whole_or_tiled(
        weights_.get(), encoding_bytes(*network_, planes.sizes(), weights_.get()),
        [&] {
            return one_by_one(planes, [&](const Tensor& picture) { return network_->encode(to_network(picture)); });
        },
        [&](const Tiling& tiling) { return encode_tiled(pixels, tiling); });
}

Tensor Vae::decode(const Tensor& latent) const {
    const Run run(weights_.get());
    const Tensor cells = fitting(latent, *network_);
    const bool together = dynamic_cast<const DecodesTogether*>(network_.get()) != nullptr;
    const auto decoded = [&](const Tensor& some) { return network_->decode(some); };
    const std::size_t bytes = decoding_bytes(*network_, cells.sizes(), weights_.get());
    return whole_or_tiled(
        weights_.get(), together ? bytes * static_cast<std::size_t>(cells.size(0)) : bytes,
        [&] {
            return to_pixels(together ? decoded(cells).to(at::kCPU, at::kFloat) : one_by_one(cells, decoded),
                             *network_);
        },
        [&](const Tiling& tiling) { return decode_tiled(latent, tiling); });
}

Tensor Vae::encode_tiled(const Tensor& pixels, const Tiling& tiling) const {
    const Run run(weights_.get());
    const Lease lease({weights_.get()}, 0);
    const TileGrid grid{.tile_width = tiling.tile_width,
                        .tile_height = tiling.tile_height,
                        .overlap = tiling.overlap,
                        .scale = 1.0 / static_cast<double>(downscale_ratio())};
    if (const auto* own = dynamic_cast<const TilesItself*>(network_.get()))
        return one_by_one(to_planes(pixels, *network_),
                          [&](const Tensor& video) { return own->encode_tiled(to_network(video), tiling); });
    return passes(to_planes(pixels, *network_), grid,
                  [&](const Tensor& tile) { return network_->encode(to_network(tile)); });
}

Tensor Vae::decode_tiled(const Tensor& latent, const Tiling& tiling) const {
    const Run run(weights_.get());
    const Lease lease({weights_.get()}, 0);
    const int64_t cell = downscale_ratio();
    const TileGrid grid{.tile_width = tiling.tile_width / cell,
                        .tile_height = tiling.tile_height / cell,
                        .overlap = tiling.overlap / cell,
                        .scale = static_cast<double>(cell)};
    if (const auto* own = dynamic_cast<const TilesItself*>(network_.get()))
        return to_pixels(
            one_by_one(fitting(latent, *network_), [&](const Tensor& one) { return own->decode_tiled(one, tiling); }),
            *network_);
    return to_pixels(
        passes(fitting(latent, *network_), grid, [&](const Tensor& tile) { return network_->decode(tile); }),
        *network_);
}

}  // namespace easel::inference
