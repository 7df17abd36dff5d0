#include "inference/vae/minimax/tiles.hpp"

#include <algorithm>
#include <vector>

namespace easel::inference::minimax_vae {
namespace {

constexpr int64_t tile = 256, least_overlap = 64, unit = 16;  // pixels

// Where the tiles of a side begin, and by how much each overlaps the next one.
struct Tiles {
    std::vector<int64_t> starts{0}, overlaps;
    int64_t length;  // of each

    explicit Tiles(int64_t side) : length(std::min(side, tile)) {
        if (side <= tile) return;
        int64_t count = (side + tile - 1) / tile;
        while (tile * count - least_overlap * (count - 1) < side)
            ++count;
        overlaps.assign(static_cast<std::size_t>(count - 1), least_overlap);
        const int64_t spare = (tile * count - least_overlap * (count - 1) - side) / unit;
        for (int64_t i = 0; i < spare; ++i)
            overlaps[static_cast<std::size_t>(i % (count - 1))] += unit;
        for (const int64_t overlap : overlaps)
            starts.push_back(starts.back() + tile - overlap);
    }
};

// Without what the next tile covers, blended with the one before.
Tensor own_part(const Tensor& made, const Tensor* before, const Tiles& tiles, std::size_t index, int64_t pixels_out,
                int64_t dimension) {
    Tensor part = made;
    if (before != nullptr) part = passing_over(*before, part, tiles.overlaps[index - 1] / pixels_out, dimension);
    if (index < tiles.overlaps.size())
        part = part.narrow(dimension, 0, part.size(dimension) - tiles.overlaps[index] / pixels_out);
    return part;
}

}  // namespace

Tensor passing_over(const Tensor& before, const Tensor& next, int64_t reach, int64_t dimension) {
    const int64_t length = std::min({before.size(dimension), next.size(dimension), reach});
    std::vector<int64_t> shape(static_cast<std::size_t>(next.dim()), 1);
    shape[static_cast<std::size_t>(dimension < 0 ? dimension + next.dim() : dimension)] = length;
    const Tensor weight = (at::arange(length, next.options()) / static_cast<double>(length)).view(shape);
    const Tensor blended = before.narrow(dimension, before.size(dimension) - length, length) * (1 - weight) +
                           next.narrow(dimension, 0, length) * weight;
    return at::cat({blended, next.narrow(dimension, length, next.size(dimension) - length)}, dimension);
}

Tensor in_tiles(const Tensor& x, int64_t pixels_in, int64_t pixels_out,
                const std::function<Tensor(const Tensor&)>& function) {
    const Tiles rows(x.size(-2) * pixels_in), columns(x.size(-1) * pixels_in);
    std::vector<Tensor> above, bands;
    for (std::size_t i = 0; i < rows.starts.size(); ++i) {
        const Tensor band = x.narrow(-2, rows.starts[i] / pixels_in, rows.length / pixels_in);
        std::vector<Tensor> made, parts;
        for (const int64_t start : columns.starts)
            made.push_back(function(band.narrow(-1, start / pixels_in, columns.length / pixels_in)));
        for (std::size_t j = 0; j < made.size(); ++j) {
            // Neighbours are blended as they were made, the upper one first.
            const Tensor part = own_part(made[j], i > 0 ? &above[j] : nullptr, rows, i, pixels_out, -2);
            Tensor left;
            if (j > 0) {
                const int64_t height = part.size(-2);
                left = made[j - 1].narrow(-2, 0, height);
            }
            parts.push_back(own_part(part, j > 0 ? &left : nullptr, columns, j, pixels_out, -1));
        }
        above = std::move(made);
        bands.push_back(at::cat(parts, -1));
    }
    return at::cat(bands, -2);
}

}  // namespace easel::inference::minimax_vae
