#include "inference/image/composite.hpp"

namespace easel::inference {

Tensor paste(const Tensor& destination, const Tensor& source, int64_t x, int64_t y, int64_t feather) {
    const int64_t height = destination.size(2), width = destination.size(3);
    Tensor out = destination.clone();
    const Tensor part =
        source.slice(2, 0, std::max<int64_t>(0, height - y)).slice(3, 0, std::max<int64_t>(0, width - x));
    Tensor place = out.slice(2, y, y + part.size(2)).slice(3, x, x + part.size(3));
    if (feather == 0) {
        place.copy_(part);
        return out;
    }

    Tensor mask = at::ones_like(part);
    const int64_t rows = part.size(2), columns = part.size(3);
    for (int64_t t = 0; t < feather; ++t) {
        const double weight = (1.0 / double(feather)) * double(t + 1);
        if (y != 0 && t < rows) mask.slice(2, t, t + 1).mul_(weight);
        if (y + rows < height && t < rows) mask.slice(2, rows - 1 - t, rows - t).mul_(weight);
        if (x != 0 && t < columns) mask.slice(3, t, t + 1).mul_(weight);
        if (x + columns < width && t < columns) mask.slice(3, columns - 1 - t, columns - t).mul_(weight);
    }
    place.copy_(part * mask + place * (1.0 - mask));
    return out;
}

}  // namespace easel::inference
