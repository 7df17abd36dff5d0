#include "inference/image/composite.hpp"

#include "inference/image/resize.hpp"

#include <algorithm>

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

Tensor composite_masked(const Tensor& destination, const Tensor& source, const Tensor& mask,
                        MaskedPlacement placement) {
    const int64_t height = destination.size(-2), width = destination.size(-1);
    Tensor over = placement.resize_source ? at::upsample_bilinear2d(source, {height, width}, false) : source;
    over = repeat_to_batch(over, destination.size(0));

    // Floor division, so that a source that begins left of the picture keeps its cells aligned.
    const auto cell = [&](int64_t position, int64_t source_size, int64_t size) {
        const int64_t held = std::clamp(position, -source_size * placement.unit, size * placement.unit);
        return held >= 0 ? held / placement.unit : -((-held + placement.unit - 1) / placement.unit);
    };
    const int64_t left = cell(placement.x, over.size(-1), width), top = cell(placement.y, over.size(-2), height);

    Tensor weight = at::ones({1, 1, over.size(-2), over.size(-1)}, destination.options());
    if (mask.defined()) {
        weight = at::upsample_bilinear2d(mask.reshape({-1, 1, mask.size(-2), mask.size(-1)}),
                                         {over.size(-2), over.size(-1)}, false);
        weight = repeat_to_batch(weight, over.size(0));
    }

    const int64_t skip_rows = std::max<int64_t>(0, -top), skip_columns = std::max<int64_t>(0, -left);
    const int64_t rows = std::min(over.size(-2), height - top), columns = std::min(over.size(-1), width - left);
    Tensor out = destination.clone();
    if (rows <= skip_rows || columns <= skip_columns) return out;
    const auto part = [&](const Tensor& t) { return t.slice(-2, skip_rows, rows).slice(-1, skip_columns, columns); };
    Tensor place = out.slice(-2, top + skip_rows, top + rows).slice(-1, left + skip_columns, left + columns);
    place.copy_(part(weight) * part(over) + (1.0 - part(weight)) * place);
    return out;
}

}  // namespace easel::inference
