#include "inference/vision/sam3/pieces.hpp"

#include <algorithm>
#include <utility>

namespace easel::inference::sam3 {
namespace {

constexpr double same_thing = 0.5;  // masks that overlap so much show one thing
constexpr double just_inside = 0.1, just_outside = -0.1;

// Which pixels of `mask` [h, w], truth values, belong to pieces of at most `size` pixels that touch at their sides.
Tensor small_pieces(const Tensor& mask, int64_t size) {
    const Tensor source = mask.to(at::kCPU).contiguous();
    Tensor result = at::zeros_like(source);
    const int64_t height = source.size(0), width = source.size(1);
    const bool* inside = source.const_data_ptr<bool>();
    bool* small = result.mutable_data_ptr<bool>();
    std::vector<bool> met(static_cast<std::size_t>(height * width), false);
    std::vector<int64_t> piece;
    for (int64_t start = 0; start < height * width; ++start) {
        if (!inside[start] || met[static_cast<std::size_t>(start)]) continue;
        piece.assign(1, start);
        met[static_cast<std::size_t>(start)] = true;
        for (std::size_t next = 0; next < piece.size(); ++next) {
            const int64_t y = piece[next] / width, x = piece[next] % width;
            for (const auto& [row, column] : {std::pair{y - 1, x}, {y + 1, x}, {y, x - 1}, {y, x + 1}}) {
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                const int64_t place = row * width + column;
                if (!inside[place] || met[static_cast<std::size_t>(place)]) continue;
                met[static_cast<std::size_t>(place)] = true;
                piece.push_back(place);
            }
        }
        if (static_cast<int64_t>(piece.size()) <= size)
            for (const int64_t place : piece)
                small[place] = true;
    }
    return result.to(mask.device());
}

}  // namespace

Tensor overlaps(const Tensor& masks, const Tensor& others) {
    const Tensor a = (masks > 0).to(at::kFloat).flatten(1), b = (others > 0).to(at::kFloat).flatten(1);
    const Tensor both = at::matmul(a, b.t());
    const Tensor area_a = a.sum(1, /*keepdim=*/true), area_b = b.sum(1, /*keepdim=*/true).t();
    const Tensor of_all = both / (area_a + area_b - both).clamp_min(1);
    return at::maximum(of_all, both / at::minimum(area_a, area_b).clamp_min(1));
}

std::vector<int64_t> distinct(const Tensor& masks, const Tensor& scores) {
    const Tensor order = scores.argsort(0, /*descending=*/true).cpu();
    std::vector<int64_t> kept;
    for (int64_t rank = 0; rank < order.size(0); ++rank) {
        const auto number = order[rank].item<int64_t>();
        if (!kept.empty()) {
            const Tensor better = masks.index_select(0, at::tensor(kept, at::kLong).to(masks.device()));
            if (overlaps(masks.narrow(0, number, 1), better).max().item<double>() >= same_thing) continue;
        }
        kept.push_back(number);
    }
    return kept;
}

Tensor without_specks(const Tensor& masks, int64_t size) {
    Tensor result = masks.clone();
    for (int64_t i = 0; i < masks.size(0); ++i) {
        Tensor mask = result[i][0];
        mask.masked_fill_(small_pieces(mask <= 0, size), just_inside);
        const Tensor inside = mask > 0;
        mask.masked_fill_(small_pieces(inside, std::min(size, inside.sum().item<int64_t>() / 2)), just_outside);
    }
    return result;
}

Tensor packed_masks(const Tensor& masks) {
    const Tensor values = at::tensor({1, 2, 4, 8, 16, 32, 64, 128}, masks.options().dtype(at::kInt));
    return ((masks > 0).unflatten(-1, {-1, 8}).to(at::kInt) * values).sum(-1).to(at::kByte);
}

Tensor unpacked_masks(const Tensor& packed) {
    const Tensor values = at::tensor({1, 2, 4, 8, 16, 32, 64, 128}, packed.options().dtype(at::kByte));
    return packed.unsqueeze(-1).bitwise_and(values).to(at::kBool).flatten(-2);
}

}  // namespace easel::inference::sam3
