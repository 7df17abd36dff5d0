#include "inference/image/tiles.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace easel::inference {
namespace {

// Rounded to even, as Python rounds.
int64_t tile_stride(int64_t size, int64_t overlap) {
    const double least = static_cast<double>(size) * 0.25;
    return static_cast<int64_t>(std::nearbyint(std::max(least, static_cast<double>(size - overlap))));
}

// The first cell of each tile along one side.
std::vector<int64_t> tile_starts(int64_t length, int64_t size, int64_t overlap) {
    const int64_t stride = std::max<int64_t>(tile_stride(size, overlap), 1);
    std::vector<int64_t> starts;
    for (int64_t at = 0; at < length; at += stride) {
        const int64_t end = std::min(at + size, length);
        starts.push_back(std::max<int64_t>(0, end - size));
        if (end >= length) break;
    }
    return starts;
}

Tensor half_wave(int64_t size) { return (at::linspace(0, 1, size) * std::numbers::pi).sin().clamp_min(1e-5); }

}  // namespace

std::vector<Tile> tiles_over(int64_t width, int64_t height, int64_t tile_width, int64_t tile_height, int64_t overlap) {
    std::vector<Tile> tiles;
    for (int64_t y : tile_starts(height, tile_height, overlap))
        for (int64_t x : tile_starts(width, tile_width, overlap))
            tiles.push_back({x, y, std::min(tile_width, width - x), std::min(tile_height, height - y)});
    return tiles;
}

Tensor merge_tiles(const std::vector<Tensor>& tiles, int64_t width, int64_t height, int64_t overlap) {
    const Tensor& first = tiles.front();
    const int64_t tile_height = first.size(1), tile_width = first.size(2);
    Tensor canvas = at::zeros({first.size(0), height, width, first.size(3)}, first.options());
    Tensor weights = at::zeros({first.size(0), height, width, 1}, first.options());
    Tensor weight = at::ones({1, tile_height, tile_width, 1});
    if (overlap > 0)
        weight = (half_wave(tile_height).unsqueeze(1) * half_wave(tile_width).unsqueeze(0)).view(weight.sizes());

    const std::vector<Tile> places = tiles_over(width, height, tile_width, tile_height, overlap);
    for (std::size_t i = 0; i < std::min(tiles.size(), places.size()); ++i) {
        const Tile& place = places[i];
        const int64_t rows = std::min(place.height, tiles[i].size(1)),
                      columns = std::min(place.width, tiles[i].size(2));
        const auto cut = [&](const Tensor& tensor, int64_t y, int64_t x) {
            return tensor.narrow(1, y, rows).narrow(2, x, columns);
        };
        const Tensor share = cut(weight, 0, 0);
        cut(canvas, place.y, place.x).add_(cut(tiles[i], 0, 0) * share);
        cut(weights, place.y, place.x).add_(share);
    }
    return canvas / weights.masked_fill(weights == 0, 1.0);
}

}  // namespace easel::inference
