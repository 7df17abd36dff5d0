#include "inference/vision/optical_flow/raft.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace easel::inference {
namespace {

constexpr int64_t cell = 8, levels = 4, radius = 4, updates = 12;
constexpr int64_t least_cells = 16;  // a side, for as many levels
constexpr double share_scale = 0.25;

Tensor resized(const Tensor& planes, at::IntArrayRef size) {
    return planes.sizes().slice(2) == size ? planes : at::upsample_bilinear2d(planes, size, false);
}

// Where each cell is, {x, y}: [1, 2, h, w].
Tensor cell_places(int64_t rows, int64_t columns, const at::TensorOptions& options) {
    const Tensor x = at::arange(columns, options).expand({rows, columns});
    const Tensor y = at::arange(rows, options).unsqueeze(1).expand({rows, columns});
    return at::stack({x, y}).unsqueeze(0);
}

// How alike each cell of one picture and those of the other are, at falling resolutions of the other:
// [cells, 1, h, w], [cells, 1, h / 2, w / 2], ...
std::vector<Tensor> similarity_levels(const Tensor& one, const Tensor& other) {
    const int64_t rows = one.size(2), columns = one.size(3);
    const Tensor products = at::matmul(one.flatten(2).transpose(1, 2), other.flatten(2));
    const double scale = std::sqrt(static_cast<double>(one.size(1)));
    std::vector<Tensor> pyramid{(products / scale).reshape({rows * columns, 1, rows, columns})};
    while (static_cast<int64_t>(pyramid.size()) < levels)
        pyramid.push_back(at::avg_pool2d(pyramid.back(), 2, 2));
    return pyramid;
}

// The similarities in the square around `places` [1, 2, h, w], level by level: [1, values, h, w]. The square is read
// column by column.
Tensor similarities_at(const std::vector<Tensor>& pyramid, const Tensor& places) {
    constexpr int64_t side = 2 * radius + 1;
    const int64_t rows = places.size(2), columns = places.size(3);
    const Tensor steps = at::arange(-radius, radius + 1, places.options());
    const Tensor square = at::stack({steps.unsqueeze(1).expand({side, side}), steps.expand({side, side})}, -1);
    Tensor centres = places.permute({0, 2, 3, 1}).reshape({rows * columns, 1, 1, 2});
    std::vector<Tensor> found;
    for (const Tensor& level : pyramid) {
        const auto last = [&](int64_t dimension) { return static_cast<double>(level.size(dimension) - 1); };
        const Tensor at = centres + square;
        const Tensor x = at.select(-1, 0) * 2.0 / last(3) - 1.0, y = at.select(-1, 1) * 2.0 / last(2) - 1.0;
        const Tensor values = at::grid_sampler(level, at::stack({x, y}, -1), /*bilinear*/ 0, /*zeros*/ 0, true);
        found.push_back(values.reshape({1, rows, columns, -1}));
        centres = centres / 2.0;
    }
    return at::cat(found, -1).permute({0, 3, 1, 2}).contiguous();
}

}  // namespace

TensorMap Raft::tensors(const TensorMap& file) {
    for (const char* key : {"feature_encoder.conv.weight", "context_encoder.conv.weight",
                            "update_block.recurrent_block.convgru2.convz.weight", "mask_predictor.conv.weight"})
        if (!file.contains(key)) return {};
    return file;
}

Tensor Raft::Conv::operator()(const Tensor& x) const {
    return at::conv2d(x, weight.like(x), bias.like(x), stride, {weight.size(2) / 2, weight.size(3) / 2});
}

Raft::ConvNorm::ConvNorm(const Weights& w, int64_t stride) : conv(w / 0, stride) {
    if (w.has_part("1")) norm.emplace(w / 1);
}

Tensor Raft::ConvNorm::operator()(const Tensor& x) const {
    const Tensor y = conv(x);
    return norm ? (*norm)(y) : at::instance_norm(y, {}, {}, {}, {}, true, 0.0, 1e-5, false);
}

Raft::ResBlock::ResBlock(const Weights& w, int64_t stride)
    : conv1(w / "convnormrelu1", stride), conv2(w / "convnormrelu2", 1) {
    if (w.has_part("downsample")) shortcut.emplace(w / "downsample", stride);
}

Tensor Raft::ResBlock::operator()(const Tensor& x) const {
    const Tensor y = at::relu(conv2(at::relu(conv1(x))));
    return at::relu((shortcut ? (*shortcut)(x) : x) + y);
}

Raft::Encoder::Encoder(const Weights& w) : conv_in(w / "convnormrelu", 2), conv_out(w / "conv") {
    for (const auto& [layer, stride] : {std::pair{"layer1", 1}, {"layer2", 2}, {"layer3", 2}}) {
        blocks.emplace_back(w / layer / 0, stride);
        blocks.emplace_back(w / layer / 1, 1);
    }
}

Tensor Raft::Encoder::operator()(const Tensor& x) const {
    Tensor h = at::relu(conv_in(x));
    for (const ResBlock& block : blocks)
        h = block(h);
    return conv_out(h);
}

Tensor Raft::GatedUnit::operator()(const Tensor& state, const Tensor& x) const {
    const Tensor both = at::cat({state, x}, 1);
    const Tensor share = at::sigmoid(update(both));
    const Tensor next = at::tanh(candidate(at::cat({at::sigmoid(reset(both)) * state, x}, 1)));
    return (1.0 - share) * state + share * next;
}

Raft::Raft(const Weights& w)
    : weights_(w), features_(w / "feature_encoder"), context_(w / "context_encoder"),
      similarity1_(w / "update_block" / "motion_encoder" / "convcorr1" / 0),
      similarity2_(w / "update_block" / "motion_encoder" / "convcorr2" / 0),
      flow1_(w / "update_block" / "motion_encoder" / "convflow1" / 0),
      flow2_(w / "update_block" / "motion_encoder" / "convflow2" / 0),
      joined_(w / "update_block" / "motion_encoder" / "conv" / 0), change1_(w / "update_block" / "flow_head" / "conv1"),
      change2_(w / "update_block" / "flow_head" / "conv2"), share1_(w / "mask_predictor" / "convrelu" / 0),
      share2_(w / "mask_predictor" / "conv") {
    for (const char* unit : {"convgru1", "convgru2"})
        units_.emplace_back(w / "update_block" / "recurrent_block" / unit);
}

Tensor Raft::prepared(const Tensor& picture, at::IntArrayRef size) const {
    return resized(picture.to(weights_.device(), at::kFloat).unsqueeze(0), size) * 2.0 - 1.0;
}

Tensor Raft::motion(const Tensor& similarities, const Tensor& flow) const {
    const Tensor seen = at::relu(similarity2_(at::relu(similarity1_(similarities))));
    const Tensor moved = at::relu(flow2_(at::relu(flow1_(flow))));
    return at::cat({at::relu(joined_(at::cat({seen, moved}, 1))), flow}, 1);
}

Tensor Raft::enlarged(const Tensor& flow, const Tensor& state) const {
    const int64_t rows = flow.size(2), columns = flow.size(3);
    const Tensor shares =
        (share2_(at::relu(share1_(state))) * share_scale).view({1, 1, 9, cell, cell, rows, columns}).softmax(2);
    const Tensor around = at::im2col(flow * static_cast<double>(cell), {3, 3}, {1, 1}, {1, 1}, {1, 1})
                              .view({1, 2, 9, 1, 1, rows, columns});
    return (shares * around).sum(2).permute({0, 1, 4, 2, 5, 3}).reshape({1, 2, rows * cell, columns * cell});
}

Tensor Raft::operator()(const Tensor& from, const Tensor& to) const {
    const int64_t rows = from.size(1) / cell, columns = from.size(2) / cell;
    if (std::min(rows, columns) < least_cells)
        throw UserError("optical flow needs pictures of 128 pixels a side or more; these have " +
                        std::to_string(from.size(2)) + " by " + std::to_string(from.size(1)));
    const std::array<int64_t, 2> size{rows * cell, columns * cell};
    const Tensor first = prepared(from, size), second = prepared(to, size);
    const std::vector<Tensor> pyramid = similarity_levels(features_(first), features_(second));

    const Tensor begun = context_(first);
    const int64_t state_size = units_.front().update.out_channels();
    Tensor state = at::tanh(begun.narrow(1, 0, state_size));
    const Tensor context = at::relu(begun.slice(1, state_size));
    const Tensor places = cell_places(rows, columns, first.options());
    Tensor flow = at::zeros_like(places);
    for (int64_t i = 0; i < updates; ++i) {
        const Tensor x = at::cat({context, motion(similarities_at(pyramid, places + flow), flow)}, 1);
        for (const GatedUnit& unit : units_)
            state = unit(state, x);
        flow = flow + change2_(at::relu(change1_(state)));
    }
    return resized(enlarged(flow, state), {from.size(1), from.size(2)}).squeeze(0).to(at::kCPU);
}

}  // namespace easel::inference
