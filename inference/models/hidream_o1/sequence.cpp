#include "inference/models/hidream_o1/sequence.hpp"

#include <algorithm>

namespace easel::inference::hidream_o1 {
namespace {

constexpr int64_t tokens_before_places = 3;  // of the template: whose turn it is
constexpr int64_t plane_start = 4096;

// Positions that grow token by token, and those of grids, in their order.
class Positions {
public:
    // The first position that is behind all others so far.
    int64_t next() const { return next_; }

    void add_text(int64_t count) {
        if (count <= 0) return;
        parts_.push_back(at::arange(next_, next_ + count, at::kLong).expand({3, count}));
        next_ += count;
    }

    void add_grid(const Grid& grid, int64_t start) {
        const auto shape = {grid.rows, grid.columns};
        const Tensor row = at::arange(grid.rows, at::kLong).unsqueeze(1).expand(shape).flatten();
        const Tensor column = at::arange(grid.columns, at::kLong).unsqueeze(0).expand(shape).flatten();
        parts_.push_back(at::stack({at::zeros_like(row), row, column}) + start);
        next_ = start + std::max(grid.rows, grid.columns);
    }

    Tensor all() const { return at::cat(parts_, 1); }

private:
    std::vector<Tensor> parts_;
    int64_t next_ = 0;
};

}  // namespace

Tensor with_places(const Tensor& ids, const std::vector<Grid>& seen) {
    std::vector<Tensor> parts{ids.narrow(1, 0, tokens_before_places)};
    for (const Grid& grid : seen) {
        parts.push_back(at::full({1, 1}, vision_start, ids.options()));
        parts.push_back(at::full({1, grid.count()}, image_token, ids.options()));
        parts.push_back(at::full({1, 1}, vision_end, ids.options()));
    }
    parts.push_back(ids.narrow(1, tokens_before_places, ids.size(1) - tokens_before_places));
    return at::cat(parts, 1);
}

Tensor positions(int64_t prompt, const Grid& picture, const References& references) {
    Positions positions;
    int64_t read = 0;  // of the prompt
    for (const Grid& grid : references.seen) {
        // The start of the picture, and before the first one the template, before the others the end of the last.
        const int64_t before = read == 0 ? tokens_before_places + 1 : 2;
        positions.add_text(before);
        positions.add_grid(grid, positions.next());
        read += before + grid.count();
    }
    positions.add_text(prompt - read);
    positions.add_grid(picture, plane_start);
    for (const Grid& grid : references.followed)
        positions.add_grid(grid, positions.next());
    return positions.all();
}

}  // namespace easel::inference::hidream_o1
