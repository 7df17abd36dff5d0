#include "inference/upscale/windows.hpp"

namespace easel::inference {

Tensor to_windows(const Tensor& x, int64_t size) {
    const int64_t batch = x.size(0), rows = x.size(1) / size, columns = x.size(2) / size, channels = x.size(3);
    return x.reshape({batch, rows, size, columns, size, channels})
        .transpose(2, 3)
        .reshape({batch * rows * columns, size * size, channels});
}

Tensor from_windows(const Tensor& windows, int64_t size, int64_t height, int64_t width) {
    const int64_t rows = height / size, columns = width / size, channels = windows.size(-1);
    const int64_t batch = windows.size(0) / (rows * columns);
    return windows.reshape({batch, rows, columns, size, size, channels})
        .transpose(2, 3)
        .reshape({batch, height, width, channels});
}

Tensor relative_positions(int64_t size) {
    const Tensor cell = at::arange(size * size, at::kLong);
    const Tensor row = at::floor_divide(cell, size), column = at::remainder(cell, size);
    const auto differences = [&](const Tensor& place) { return place.unsqueeze(1) - place + (size - 1); };
    return differences(row) * (2 * size - 1) + differences(column);
}

Tensor relative_bias(const Tensor& table, int64_t size) {
    const Tensor index = relative_positions(size).to(table.device());
    return table.index_select(0, index.flatten()).view({size * size, size * size, -1}).permute({2, 0, 1});
}

Tensor shift_mask(int64_t height, int64_t width, int64_t size, int64_t shift, const at::TensorOptions& options) {
    // Three bands along each side: what does not share a window with others, what does, and what came round.
    const auto bands = [&](int64_t length) {
        Tensor band = at::zeros({length}, options);
        band.narrow(0, length - size, size - shift).fill_(1);
        band.narrow(0, length - shift, shift).fill_(2);
        return band;
    };
    const Tensor regions = bands(height).unsqueeze(1) * 3 + bands(width);
    const Tensor windows = to_windows(regions.view({1, height, width, 1}), size).squeeze(-1);
    const Tensor apart = windows.unsqueeze(1) != windows.unsqueeze(2);
    return at::zeros(apart.sizes(), options).masked_fill(apart, -100.0);
}

}  // namespace easel::inference
