#include "inference/vae/video_tiling.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace easel::inference {
namespace {

// One dimension of a latent, and how it grows when it is decoded.
struct Side {
    int64_t length, tile, overlap, scale;
    bool is_time;  // the first cell then stands for one frame

    int64_t decoded(int64_t cells) const {
        return is_time ? std::max<int64_t>(0, cells * scale - (scale - 1)) : cells * scale;
    }
    std::vector<int64_t> starts() const {
        if (length <= tile) return {0};
        if (tile <= overlap)
            throw UserError("a tile of " + std::to_string(tile) + " latent cells cannot overlap by " +
                            std::to_string(overlap) + ": choose larger tiles or a smaller overlap");
        std::vector<int64_t> result;
        for (int64_t start = 0; start < length - overlap; start += tile - overlap)
            result.push_back(start);
        return result;
    }
    // How much the places of a decoded tile count, shaped to lie along dimension `dimension` of five.
    Tensor weight(int64_t count, int64_t dimension) const {
        Tensor result = at::ones({count}, at::kFloat);
        if (const int64_t feather = decoded(overlap); feather > 0 && feather < count) {
            const Tensor rise = at::arange(1, feather + 1, at::kFloat) / static_cast<double>(feather);
            result.slice(0, 0, feather).mul_(rise);
            result.slice(0, count - feather).mul_(rise.flip(0));
        }
        std::vector<int64_t> shape(5, 1);
        shape[static_cast<std::size_t>(dimension)] = count;
        return result.view(shape);
    }
};

using Sides = std::array<Side, 3>;  // time, height, width

Tensor decode_one(const Autoencoder& network, const Tensor& latent, const Sides& sides) {
    const bool fits = std::ranges::all_of(sides, [](const Side& side) { return side.length <= side.tile; });
    if (fits) return network.decode(latent).to(at::kCPU, at::kFloat);
    Tensor sum, weights;
    for (int64_t t : sides[0].starts()) {
        for (int64_t y : sides[1].starts()) {
            for (int64_t x : sides[2].starts()) {
                Tensor part = latent;
                const std::array<int64_t, 3> start{t, y, x};
                for (std::size_t i = 0; i < 3; ++i)
                    part = part.narrow(static_cast<int64_t>(i) + 2, start[i],
                                       std::min(sides[i].tile, sides[i].length - start[i]));
                Tensor made = network.decode(part).to(at::kCPU, at::kFloat);
                if (!sum.defined()) {
                    std::vector<int64_t> shape{1, made.size(1)};
                    for (const Side& side : sides)
                        shape.push_back(side.decoded(side.length));
                    sum = at::zeros(shape, at::kFloat);
                    shape[1] = 1;
                    weights = at::zeros(shape, at::kFloat);
                }
                Tensor weight = at::ones({1, 1, 1, 1, 1}, at::kFloat), place = sum, counted = weights;
                for (std::size_t i = 0; i < 3; ++i) {
                    const auto dimension = static_cast<int64_t>(i) + 2;
                    const int64_t first = start[i] * sides[i].scale;
                    const int64_t count = std::min(made.size(dimension), sum.size(dimension) - first);
                    weight = weight * sides[i].weight(made.size(dimension), dimension).narrow(dimension, 0, count);
                    made = made.narrow(dimension, 0, count);
                    place = place.narrow(dimension, first, count);
                    counted = counted.narrow(dimension, first, count);
                }
                place.add_(made * weight);
                counted.add_(weight);
            }
        }
    }
    return sum / weights;
}

}  // namespace

Tensor decode_video_tiled(const Vae& vae, const Tensor& latent, const VideoTiling& tiling) {
    const Autoencoder& network = vae.network();
    const Tensor video = latent.dim() == 4 ? latent.unsqueeze(2) : latent;
    const int64_t cell = network.downscale_ratio(), frames = network.frames_per_latent();
    const int64_t tile_frames = std::max<int64_t>(2, tiling.frames / frames);
    const int64_t frame_overlap = std::max<int64_t>(1, std::min(tile_frames / 2, tiling.frame_overlap / frames));
    const auto in_space = [&](int64_t length) {
        return Side{.length = length,
                    .tile = tiling.tile / cell,
                    .overlap = tiling.overlap / cell,
                    .scale = cell,
                    .is_time = false};
    };
    const Sides sides{Side{.length = video.size(2),
                           .tile = tile_frames,
                           .overlap = frame_overlap,
                           .scale = frames,
                           .is_time = true},
                      in_space(video.size(3)), in_space(video.size(4))};
    std::vector<Tensor> pictures;
    for (int64_t i = 0; i < video.size(0); ++i) {
        const Tensor made = decode_one(network, video.narrow(0, i, 1), sides);
        pictures.push_back(((made + 1.0) / 2.0).clamp(0.0, 1.0).movedim(1, -1).flatten(0, 1));
    }
    return at::cat(pictures);
}

}  // namespace easel::inference
