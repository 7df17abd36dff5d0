#include "inference/guidance/token_merging.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

constexpr int64_t box = 2;

// -1 for the tokens that stay, one in every whole box, 0 for the others: [1, height * width, 1].
Tensor drawn_marks(TokenGrid grid, at::Generator& generator) {
    const int64_t rows = grid.height / box, columns = grid.width / box;
    const Tensor chosen = at::randint(box * box, {rows, columns, 1}, generator, at::kLong);
    const Tensor in_boxes =
        at::zeros({rows, columns, box * box}, at::kLong).scatter(2, chosen, at::full_like(chosen, -1));
    Tensor marks = at::zeros({grid.height, grid.width}, at::kLong);
    marks.narrow(0, 0, rows * box)
        .narrow(1, 0, columns * box)
        .copy_(in_boxes.view({rows, columns, box, box}).transpose(1, 2).reshape({rows * box, columns * box}));
    return marks.reshape({1, -1, 1});
}

Tensor pick(const Tensor& tokens, const Tensor& places) {
    return tokens.gather(1, places.expand({tokens.size(0), places.size(1), tokens.size(2)}));
}

}  // namespace

TokenMerging::TokenMerging(const Tensor& tokens, TokenGrid grid, int64_t count, at::Generator& generator)
    : total_(tokens.size(1)) {
    const Tensor order = drawn_marks(grid, generator).argsort(int64_t{1}).to(tokens.device());
    const int64_t kept = (grid.height / box) * (grid.width / box);
    staying_ = order.narrow(1, 0, kept);
    moving_ = order.narrow(1, kept, total_ - kept);

    const auto [moving, staying] = split(tokens / tokens.norm(2, -1, /*keepdim=*/true));
    const auto [similarity, nearest] = at::matmul(moving, staying.transpose(-1, -2)).max(-1);
    const Tensor by_similarity = similarity.argsort(int64_t{-1}, /*descending=*/true).unsqueeze(-1);
    count_ = std::min(count, moving.size(1));
    merged_ = by_similarity.narrow(1, 0, count_);
    alone_ = by_similarity.narrow(1, count_, by_similarity.size(1) - count_);
    into_ = nearest.unsqueeze(-1).gather(1, merged_);
}

TokenMerging::Parts TokenMerging::split(const Tensor& tokens) const {
    return {.moving = pick(tokens, moving_), .staying = pick(tokens, staying_)};
}

Tensor TokenMerging::merge(const Tensor& tokens) const {
    const auto [moving, staying] = split(tokens);
    const Tensor targets = into_.expand({tokens.size(0), count_, tokens.size(2)});
    return at::cat({pick(moving, alone_), staying.scatter_reduce(1, targets, pick(moving, merged_), "mean")}, 1);
}

Tensor TokenMerging::unmerge(const Tensor& merged) const {
    const int64_t batch = merged.size(0), dim = merged.size(2);
    const Tensor alone = merged.narrow(1, 0, alone_.size(1));
    const Tensor staying = merged.narrow(1, alone_.size(1), merged.size(1) - alone_.size(1));
    const auto places = [&](const Tensor& index) { return index.expand({batch, index.size(1), dim}); };
    const Tensor of_moving = moving_.expand({batch, moving_.size(1), 1});
    Tensor whole = at::zeros({batch, total_, dim}, merged.options());
    whole.scatter_(1, places(staying_), staying);
    whole.scatter_(1, places(of_moving.gather(1, alone_)), alone);
    whole.scatter_(1, places(of_moving.gather(1, merged_)), pick(staying, into_));
    return whole;
}

}  // namespace easel::inference
