#include "inference/layers/patches.hpp"

namespace easel::inference {

Tensor padded_to_patches(const Tensor& x, int64_t patch) {
    const int64_t below = (patch - x.size(2) % patch) % patch, right = (patch - x.size(3) % patch) % patch;
    return below == 0 && right == 0 ? x : at::pad(x, {0, right, 0, below}, "circular");
}

Tensor to_patches(const Tensor& x, int64_t patch, PatchOrder order) {
    const Tensor cells = x.reshape({x.size(0), x.size(1), x.size(2) / patch, patch, x.size(3) / patch, patch});
    const Tensor ordered =
        order == PatchOrder::channels_first ? cells.permute({0, 2, 4, 1, 3, 5}) : cells.permute({0, 2, 4, 3, 5, 1});
    return ordered.flatten(3).flatten(1, 2);
}

Tensor from_patches(const Tensor& tokens, int64_t rows, int64_t columns, int64_t patch, PatchOrder order) {
    const int64_t channels = tokens.size(2) / (patch * patch);
    const bool channels_first = order == PatchOrder::channels_first;
    const Tensor cells =
        channels_first
            ? tokens.reshape({tokens.size(0), rows, columns, channels, patch, patch}).permute({0, 3, 1, 4, 2, 5})
            : tokens.reshape({tokens.size(0), rows, columns, patch, patch, channels}).permute({0, 5, 1, 3, 2, 4});
    return cells.reshape({tokens.size(0), channels, rows * patch, columns * patch});
}

}  // namespace easel::inference
