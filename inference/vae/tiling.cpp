#include "inference/vae/tiling.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace easel::inference {
namespace {

// Halves go to the even neighbour, as Python rounds.
int64_t scaled(int64_t cells, double scale) {
    return static_cast<int64_t>(std::nearbyint(static_cast<double>(cells) * scale));
}

// Where the tiles along one side begin.
std::vector<int64_t> tile_starts(int64_t length, int64_t tile, int64_t overlap) {
    if (length <= tile) return {0};
    if (tile <= overlap)
        throw UserError("a tile of " + std::to_string(tile) + " cannot overlap by " + std::to_string(overlap) +
                        ": choose larger tiles or a smaller overlap");
    std::vector<int64_t> starts;
    for (int64_t start = 0; start < length - overlap; start += tile - overlap)
        starts.push_back(start);
    return starts;
}

// One dimension of the weight of a tile: rising from both ends over `feather` cells.
Tensor ramp(int64_t length, int64_t feather) {
    Tensor weight = at::ones({length}, at::kFloat);
    if (feather >= length) return weight;
    for (int64_t i = 0; i < feather; ++i) {
        const double share = static_cast<double>(i + 1) / static_cast<double>(feather);
        weight[i].mul_(share);
        weight[length - 1 - i].mul_(share);
    }
    return weight;
}

}  // namespace

Tensor tiled(const Tensor& samples, const TileGrid& grid, const std::function<Tensor(const Tensor&)>& function) {
    const int64_t batch = samples.size(0), height = samples.size(-2), width = samples.size(-1);
    const int64_t out_height = scaled(height, grid.scale), out_width = scaled(width, grid.scale);
    const int64_t feather = scaled(grid.overlap, grid.scale);
    Tensor output;
    const auto sum_of = [&](int64_t b, const Tensor& result) {
        if (!output.defined()) {
            std::vector<int64_t> shape = result.sizes().vec();
            shape.front() = batch;
            shape[shape.size() - 2] = out_height;
            shape.back() = out_width;
            output = at::zeros(shape, at::kFloat);
        }
        return output.narrow(0, b, 1);
    };
    for (int64_t b = 0; b < batch; ++b) {
        const Tensor sample = samples.narrow(0, b, 1);
        if (height <= grid.tile_height && width <= grid.tile_width) {
            const Tensor result = function(sample).to(at::kCPU, at::kFloat);
            sum_of(b, result).copy_(result);
            continue;
        }
        Tensor weights = at::zeros({out_height, out_width}, at::kFloat);
        for (int64_t y : tile_starts(height, grid.tile_height, grid.overlap)) {
            for (int64_t x : tile_starts(width, grid.tile_width, grid.overlap)) {
                const int64_t top = std::clamp<int64_t>(y, 0, std::max<int64_t>(height - grid.overlap, 0));
                const int64_t left = std::clamp<int64_t>(x, 0, std::max<int64_t>(width - grid.overlap, 0));
                const Tensor part = sample.narrow(-2, top, std::min(grid.tile_height, height - top))
                                        .narrow(-1, left, std::min(grid.tile_width, width - left));
                const Tensor result = function(part).to(at::kCPU, at::kFloat);
                const Tensor weight = ramp(result.size(-2), feather).unsqueeze(1) * ramp(result.size(-1), feather);

                const int64_t out_top = scaled(top, grid.scale), out_left = scaled(left, grid.scale);
                const int64_t h = std::min(result.size(-2), out_height - out_top);
                const int64_t w = std::min(result.size(-1), out_width - out_left);
                const auto place = [&](const Tensor& t) { return t.narrow(-2, out_top, h).narrow(-1, out_left, w); };
                const Tensor visible = weight.narrow(0, 0, h).narrow(1, 0, w);
                place(sum_of(b, result)).add_(result.narrow(-2, 0, h).narrow(-1, 0, w) * visible);
                place(weights).add_(visible);
            }
        }
        output.narrow(0, b, 1).div_(weights);
    }
    return output;
}

}  // namespace easel::inference
