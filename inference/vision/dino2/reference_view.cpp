#include "inference/vision/dino2/reference_view.hpp"

namespace easel::inference {
namespace {

// Moved and scaled to 0..1, and how far from the middle of that.
Tensor from_middle(const Tensor& x) {
    const Tensor least = x.min(), most = x.max();
    return ((x - least) / (most - least + 1e-8) - 0.5).abs();
}

}  // namespace

int64_t choose_reference_view(const Tensor& tokens, ReferenceView strategy) {
    const int64_t views = tokens.size(0);
    if (views <= 1 || strategy == ReferenceView::first) return 0;
    if (strategy == ReferenceView::middle) return views / 2;
    const Tensor lengths = tokens.norm(2, -1);
    const Tensor directions = tokens / lengths.unsqueeze(-1);
    const Tensor similar = at::matmul(directions, directions.t()) - at::eye(views, tokens.options());
    if (strategy == ReferenceView::saddle_similarity)
        return (std::get<0>(similar.max(-1)) - std::get<0>(similar.min(-1))).argmax().item<int64_t>();
    const Tensor balance = from_middle(similar.sum(-1) / static_cast<double>(views - 1)) + from_middle(lengths) +
                           from_middle(directions.var(-1));
    return balance.argmin().item<int64_t>();
}

}  // namespace easel::inference
