#include "inference/vision/rt_detr/decoder.hpp"

#include "inference/layers/attention.hpp"

#include <cmath>
#include <limits>

namespace easel::inference::rt_detr {
namespace {

constexpr int64_t most_queries = 300;
constexpr std::array<int64_t, 3> points{3, 6, 3};  // that a head reads on each level
constexpr int64_t all_points = 12;
constexpr double reading_scale = 0.5;   // of offsets, against half a box
constexpr int64_t likeliest_steps = 4;  // of a distribution, that tell how sharp it is

// A 4-number box around each cell of all levels, before the sigmoid; infinite where it is too near the border.
struct Anchors {
    Tensor boxes, valid;  // [1, cells, 4], [1, cells, 1]
};
Anchors anchors_of(const std::vector<std::array<int64_t, 2>>& shapes, const at::TensorOptions& options) {
    std::vector<Tensor> all;
    double size = 0.05;
    for (const auto& [height, width] : shapes) {
        const auto centres = [&](int64_t count) {
            return (at::arange(count, options) + 0.5) / static_cast<double>(count);
        };
        const Tensor x = centres(width).expand({height, width});
        const Tensor y = centres(height).unsqueeze(1).expand({height, width});
        const Tensor side = at::full_like(x, size);
        all.push_back(at::stack({x, y, side, side}, -1).reshape({1, -1, 4}));
        size *= 2.0;
    }
    const Tensor boxes = at::cat(all, 1);
    const Tensor valid = ((boxes > 0.01) & (boxes < 0.99)).all(-1, /*keepdim=*/true);
    const Tensor logits = at::log(boxes / (1.0 - boxes));
    return {.boxes = logits.masked_fill(valid.logical_not(), std::numeric_limits<double>::infinity()), .valid = valid};
}

// What each step of a distribution stands for: ever larger ones to both sides of 0.
Tensor distribution_steps(int64_t count) {
    constexpr double widest = 4.0;  // 0.5 * 8, as it was trained
    const int64_t half = (count - 1) / 2;
    const double growth = std::pow(widest + 1.0, 1.0 / static_cast<double>(half - 1));
    std::vector<double> steps(static_cast<std::size_t>(count));
    for (int64_t i = 1; i <= half; ++i) {
        const double step = i == half ? 2.0 * widest : std::pow(growth, static_cast<double>(i)) - 1.0;
        steps[static_cast<std::size_t>(half + i)] = step;
        steps[static_cast<std::size_t>(half - i)] = -step;
    }
    return at::tensor(steps, at::kFloat);
}

Tensor inverse_sigmoid(const Tensor& x) {
    const Tensor inside = x.clamp(1e-5, 1 - 1e-5);
    return at::log(inside / (1.0 - inside));
}

}  // namespace

Tensor Decoder::DeformableAttention::operator()(const Tensor& x, const Tensor& boxes,
                                                const std::vector<Tensor>& values) const {
    const int64_t batch = x.size(0), count = x.size(1);
    const Tensor moves = offsets(x).view({batch, count, heads, all_points, 2});
    const Tensor shares = weights(x).view({batch, count, heads, all_points}).softmax(-1);
    const Tensor box = boxes.unsqueeze(2).unsqueeze(2);  // [batch, count, 1, 1, 4]
    std::vector<Tensor> read;
    int64_t first = 0;
    for (std::size_t level = 0; level < values.size(); ++level) {
        const int64_t own = points[level];
        const Tensor move = moves.narrow(3, first, own) / static_cast<double>(own);
        const Tensor places = box.narrow(-1, 0, 2) + move * box.narrow(-1, 2, 2) * reading_scale;
        const Tensor grid = (places * 2.0 - 1.0).transpose(1, 2).flatten(0, 1);  // [batch * heads, count, own, 2]
        read.push_back(at::grid_sampler_2d(values[level], grid, /*interpolation_mode=*/0, /*padding_mode=*/0,
                                           /*align_corners=*/false));
        first += own;
    }
    const Tensor share = shares.transpose(1, 2).flatten(0, 1).unsqueeze(1);  // [batch * heads, 1, count, points]
    return (at::cat(read, -1) * share).sum(-1).reshape({batch, -1, count}).transpose(1, 2);
}

Decoder::Layer::Layer(const Weights& w)
    : attention(w / "self_attn"), reading(w / "cross_attn"), gate(w / "gateway" / "gate"), in(w / "linear1"),
      out(w / "linear2"), norm1(w / "norm1"), gate_norm(w / "gateway" / "norm"), norm3(w / "norm3") {}

Tensor Decoder::Layer::operator()(const Tensor& x, const Tensor& boxes, const Tensor& positions,
                                  const std::vector<Tensor>& values) const {
    const Tensor own = norm1(x + attention(x, positions));
    const Tensor seen = reading(own + positions, boxes, values);
    const auto gates = at::sigmoid(gate(at::cat({own, seen}, -1))).chunk(2, -1);
    const Tensor y = gate_norm(gates[0] * own + gates[1] * seen);
    return norm3((y + out(at::relu(in(y)))).clamp(-65504, 65504));
}

Decoder::Decoder(const Weights& w)
    : proposal_(w / "enc_output" / "proj"), proposal_norm_(w / "enc_output" / "norm"),
      proposal_score_(w / "enc_score_head"), proposal_box_(w / "enc_bbox_head"), positions_(w / "query_pos_head"),
      first_box_(w / "pre_bbox_head"), reach_(w["reg_scale"]), anchors_(w.maybe("anchors")),
      valid_(w.maybe("valid_mask")), steps_(w.maybe("decoder.project")) {
    for (int64_t i = 0; i < w.count("decoder.layers"); ++i) {
        layers_.emplace_back(w / "decoder" / "layers" / i);
        quality_.emplace_back(w / "decoder" / "lqe_layers" / i / "reg_conf");
        scores_.emplace_back(w / "dec_score_head" / i);
        edges_.emplace_back(w / "dec_bbox_head" / i);
    }
    default_steps_ = distribution_steps(edges_.front().layers.back().out_features() / 4);
}

Decoder::Queries Decoder::queries(const Tensor& memory, const std::vector<std::array<int64_t, 2>>& shapes) const {
    Anchors anchors;
    if (anchors_ && anchors_.size(1) == memory.size(1) && valid_)
        anchors = {.boxes = anchors_.stored().to(memory.options()), .valid = valid_.stored().to(memory.device())};
    else
        anchors = anchors_of(shapes, memory.options());
    const Tensor proposals = proposal_norm_(proposal_(memory * anchors.valid.to(memory.scalar_type())));
    const Tensor best = std::get<0>(proposal_score_(proposals).max(-1));
    const int64_t count = std::min(most_queries, best.size(1));
    const Tensor chosen = std::get<1>(at::topk(best, count, -1)).unsqueeze(-1);
    const auto of_chosen = [&](const Tensor& x) { return x.gather(1, chosen.expand({-1, -1, x.size(-1)})); };
    const Tensor content = of_chosen(proposals);
    const Tensor places = of_chosen(anchors.boxes.expand({memory.size(0), -1, -1}));
    return {.content = content, .boxes = proposal_box_(content) + places};
}

// `boxes` with their edges moved by what `distributions` [batch, queries, 4 * steps] say on average.
Tensor Decoder::moved(const Tensor& boxes, const Tensor& distributions) const {
    const Tensor steps = steps_ ? steps_.like(distributions) : default_steps_.to(distributions.options());
    const Tensor shares = distributions.unflatten(-1, {4, steps.size(0)}).softmax(-1);
    const Tensor distances = at::matmul(shares, steps);  // left, top, right, bottom
    const Tensor reach = reach_.like(distributions).abs();
    const auto edge = [&](int64_t side, double sign) {
        const int64_t axis = side % 2;
        return boxes.select(-1, axis) +
               (reach * 0.5 + distances.select(-1, side)) * (boxes.select(-1, axis + 2) / reach) * sign;
    };
    const Tensor left = edge(0, -1), top = edge(1, -1), right = edge(2, 1), bottom = edge(3, 1);
    return at::stack({(left + right) / 2.0, (top + bottom) / 2.0, right - left, bottom - top}, -1);
}

Decoder::Result Decoder::operator()(const std::vector<Tensor>& features) const {
    std::vector<Tensor> cells, values;
    std::vector<std::array<int64_t, 2>> shapes;
    for (const Tensor& level : features) {
        cells.push_back(level.flatten(2).transpose(1, 2));
        values.push_back(level.reshape({level.size(0) * heads, level.size(1) / heads, level.size(2), level.size(3)}));
        shapes.push_back({level.size(2), level.size(3)});
    }
    auto [x, places] = queries(at::cat(cells, 1), shapes);
    Tensor boxes = at::sigmoid(places), first_boxes, before, distributions;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const Tensor positions = positions_(boxes).clamp(-10, 10);
        x = layers_[i](x, boxes, positions, values);
        if (i == 0) first_boxes = at::sigmoid(first_box_(x) + inverse_sigmoid(boxes));
        const Tensor corrections = edges_[i](before.defined() ? x + before : x);
        distributions = distributions.defined() ? corrections + distributions : corrections;
        boxes = moved(first_boxes, distributions);
        before = x;
    }
    const Tensor shares = distributions.unflatten(-1, {4, -1}).softmax(-1);
    const Tensor top = std::get<0>(at::topk(shares, likeliest_steps, -1));
    const Tensor sharpness = at::cat({top, top.mean(-1, /*keepdim=*/true)}, -1).flatten(2);
    return {.logits = scores_.back()(x) + quality_.back()(sharpness), .boxes = boxes};
}

}  // namespace easel::inference::rt_detr
