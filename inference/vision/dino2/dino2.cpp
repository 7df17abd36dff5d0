#include "inference/vision/dino2/dino2.hpp"

#include "inference/layers/attention.hpp"
#include "inference/vision/dino2/reference_view.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace easel::inference {
namespace {

constexpr int64_t head_size = 64;
constexpr int64_t fewest_views_with_choice = 3;  // with less, the first one is the reference
constexpr double rope_base = 100.0;

// `positions` [tokens] along one axis, which has half of a head's dimensions.
Rope axis_table(const Tensor& positions) {
    const int64_t pairs = head_size / 4;
    const Tensor steps = at::arange(pairs, positions.options()) / static_cast<double>(pairs);
    const Tensor angles = positions.unsqueeze(1) / at::pow(rope_base, steps);
    return {.cos = angles.cos(), .sin = angles.sin()};
}

Tensor turned(const Tensor& x, const Rope& rows, const Rope& columns) {
    const auto halves = x.chunk(2, -1);
    return at::cat({rotate_halves(halves[0], rows), rotate_halves(halves[1], columns)}, -1);
}

}  // namespace

Dino2::Block::Block(const Weights& w)
    : norm1(w / "norm1", 1e-6), norm2(w / "norm2", 1e-6), q(w / "attention" / "attention" / "query"),
      k(w / "attention" / "attention" / "key"), v(w / "attention" / "attention" / "value"),
      out(w / "attention" / "output" / "dense"), scale1(w["layer_scale1.lambda1"]), scale2(w["layer_scale2.lambda1"]),
      is_gated(w.has_part("mlp.weights_in")) {
    if (w.has_part("attention.q_norm")) {
        q_norm.emplace(w / "attention" / "q_norm");
        k_norm.emplace(w / "attention" / "k_norm");
    }
    in = Linear(w / "mlp" / (is_gated ? "weights_in" : "fc1"));
    back = Linear(w / "mlp" / (is_gated ? "weights_out" : "fc2"));
}

Tensor Dino2::Block::attend(const Tensor& x, const Places* places) const {
    const int64_t heads = q.out_features() / head_size;
    Tensor queries = split_heads(q(x), heads), keys = split_heads(k(x), heads);
    if (q_norm) queries = (*q_norm)(queries), keys = (*k_norm)(keys);
    if (places != nullptr) {
        queries = turned(queries, places->rows, places->columns);
        keys = turned(keys, places->rows, places->columns);
    }
    return out(merge_heads(attention(queries, keys, split_heads(v(x), heads))));
}

Tensor Dino2::Block::feed_forward(const Tensor& x) const {
    const Tensor y = in(x);
    if (!is_gated) return back(at::gelu(y));
    const auto halves = y.chunk(2, -1);
    return back(at::silu(halves[0]) * halves[1]);
}

Tensor Dino2::Block::operator()(const Tensor& x, const Places* places) const {
    const Tensor y = x + attend(norm1(x), places) * scale1.like(x);
    return y + feed_forward(norm2(y)) * scale2.like(x);
}

Dino2::Dino2(const Weights& w)
    : patches_(w["embeddings.patch_embeddings.projection.weight"]),
      patch_bias_(w["embeddings.patch_embeddings.projection.bias"]), class_token_(w["embeddings.cls_token"]),
      positions_(w["embeddings.position_embeddings"]), camera_tokens_(w.maybe("embeddings.camera_token")),
      norm_(w / "layernorm", 1e-6) {
    blocks_ = blocks_of<Block>(w / "encoder" / "layer");
    const auto knows_scene = [](const Block& block) { return block.q_norm.has_value(); };
    scene_start_ = camera_tokens_
                       ? static_cast<std::size_t>(std::ranges::find_if(blocks_, knows_scene) - blocks_.begin())
                       : blocks_.size();
}

int64_t Dino2::trained_side() const {
    return patch * static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(positions_.size(1) - 1))));
}

// [views, 1 + cells, dim]
Tensor Dino2::embedded(const Tensor& views) const {
    const Tensor cells =
        at::conv2d(views, patches_.like(views), patch_bias_.like(views), patch).flatten(2).transpose(1, 2);
    const Tensor tokens = at::cat({class_token_.like(cells).expand({cells.size(0), 1, -1}), cells}, 1);
    const Tensor table = positions_.like(cells);  // [1, 1 + side^2, dim]
    if (table.size(1) == tokens.size(1)) return tokens + table;
    const int64_t side = trained_side() / patch;
    // The tenth keeps rounding from losing a row; the network was trained with places found so.
    const auto scale = [&](int64_t length) {
        return (static_cast<double>(length / patch) + 0.1) / static_cast<double>(side);
    };
    const Tensor grid = table.slice(1, 1).reshape({1, side, side, -1}).permute({0, 3, 1, 2});
    const Tensor resized = at::upsample_bicubic2d(grid, at::OptionalIntArrayRef(), /*align_corners=*/false,
                                                  std::array<double, 2>{scale(views.size(2)), scale(views.size(3))});
    return tokens + at::cat({table.slice(1, 0, 1), resized.flatten(2).transpose(1, 2)}, 1);
}

std::vector<Dino2::Features> Dino2::separate(const Tensor& views, const std::vector<std::size_t>& layers) const {
    Tensor x = embedded(views);
    std::vector<Features> features;
    for (std::size_t i = 0; i <= layers.back(); ++i) {
        x = blocks_.at(i)(x, nullptr);
        if (std::ranges::find(layers, i) == layers.end()) continue;
        const Tensor normed = norm_(x);
        features.push_back({.cells = normed.slice(1, 1), .token = normed.select(1, 0)});
    }
    return features;
}

Dino2::Tokens Dino2::tokens(const Tensor& pictures) const {
    Tensor x = embedded(pictures), before = x;
    for (const Block& block : blocks_) {
        before = x;
        x = block(x, nullptr);
    }
    return {.last = norm_(x), .penultimate = before};
}

std::vector<Dino2::Features> Dino2::of_scene(const Tensor& views, const std::vector<std::size_t>& layers,
                                             ReferenceView reference) const {
    const int64_t count = views.size(0), height = views.size(2) / patch, width = views.size(3) / patch;
    Tensor x = embedded(views);

    // The token is at (0, 0), cells begin at (1, 1). Between views, the cells all are at (1, 1).
    const at::TensorOptions options = x.options();
    const auto with_token = [&](const Tensor& cells) { return at::cat({at::zeros({1}, options), cells.flatten()}); };
    const Tensor rows = (at::arange(height, options) + 1.0).unsqueeze(1).expand({height, width});
    const Tensor columns = (at::arange(width, options) + 1.0).expand({height, width});
    const Places own{axis_table(with_token(rows)), axis_table(with_token(columns))};
    const Rope everywhere = axis_table(with_token(at::ones({height * width}, options)).repeat({count}));
    const Places all{everywhere, everywhere};

    Tensor back = at::arange(count, at::kLong);  // to the caller's order
    Tensor alone = x;                            // behind the last block that saw views by themselves
    std::vector<Features> features;
    for (std::size_t i = 0; i <= layers.back(); ++i) {
        const bool knows_scene = i >= scene_start_;
        if (i + 1 == scene_start_ && scene_start_ < blocks_.size() && count >= fewest_views_with_choice) {
            const int64_t chosen = choose_reference_view(x.select(1, 0), reference);
            const Tensor others = at::arange(count, at::kLong);
            const Tensor order =
                at::cat({others.narrow(0, chosen, 1), others.narrow(0, 0, chosen), others.slice(0, chosen + 1)});
            back = order.argsort();
            x = x.index_select(0, order.to(x.device()));
            alone = alone.index_select(0, order.to(x.device()));
        }
        if (i == scene_start_) {
            const Tensor tokens = camera_tokens_.like(x);
            const Tensor placed = at::cat({tokens.slice(1, 0, 1), tokens.slice(1, 1).expand({-1, count - 1, -1})}, 1);
            x = at::cat({placed.transpose(0, 1), x.slice(1, 1)}, 1);
        }
        if (knows_scene && i % 2 == 1) {
            x = blocks_.at(i)(x.flatten(0, 1).unsqueeze(0), &all).reshape(x.sizes());
        } else {
            x = blocks_.at(i)(x, knows_scene ? &own : nullptr);
            alone = x;
        }
        if (std::ranges::find(layers, i) == layers.end()) continue;
        const Tensor wide = camera_tokens_ ? at::cat({alone, norm_(x)}, -1) : norm_(x);
        const Tensor token = camera_tokens_ ? at::cat({alone, x}, -1).select(1, 0) : x.select(1, 0);
        const Tensor order = back.to(x.device());
        features.push_back({.cells = wide.slice(1, 1).index_select(0, order), .token = token.index_select(0, order)});
    }
    return features;
}

}  // namespace easel::inference
