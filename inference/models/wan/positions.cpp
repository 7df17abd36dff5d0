#include "inference/models/wan/positions.hpp"

#include "inference/models/wan/blocks.hpp"

namespace easel::inference::wan {
namespace {

constexpr double theta = 10000.0;

Rope rope_of_box(const CellBox& box) {
    constexpr int64_t of_side = 2 * (head_size / 6);
    const auto along = [&](const Tensor& places, int64_t dimension, double scale, double shift) {
        std::vector<int64_t> shape(3, 1);
        shape[static_cast<std::size_t>(dimension)] = places.size(0);
        return (places * scale + shift).reshape(shape).expand({box.frames, box.rows, box.columns}).flatten();
    };
    const auto counted = [](int64_t count) { return at::arange(count, at::kFloat); };
    const Tensor times = box.times.empty() ? counted(box.frames) : at::tensor(box.times, at::kFloat);
    const RopeScaling& scaling = box.scaling;
    const Tensor positions = at::stack({along(times, 0, scaling.scale_t, scaling.shift_t),
                                        along(counted(box.rows), 1, scaling.scale_y, scaling.shift_y),
                                        along(counted(box.columns), 2, scaling.scale_x, scaling.shift_x)},
                                       1);
    const Rope rope = rope_table(positions, {head_size - 2 * of_side, of_side, of_side}, theta);
    if (box.stream == 0) return rope;
    const Rope further = rope_table(at::full({1, 1}, static_cast<double>(box.stream)), {head_size}, theta);
    return {.cos = rope.cos * further.cos - rope.sin * further.sin,
            .sin = rope.sin * further.cos + rope.cos * further.sin};
}

}  // namespace

Rope rope_of(const CellBoxes& boxes) {
    std::vector<Rope> tables;
    for (const CellBox& box : boxes)
        tables.push_back(rope_of_box(box));
    return tables.size() == 1 ? tables.front() : joined(tables);
}

}  // namespace easel::inference::wan
