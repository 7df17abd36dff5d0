#include "inference/vision/face/blaze_face.hpp"

#include <algorithm>
#include <functional>
#include <span>

namespace easel::inference::face {
namespace {

constexpr double most_logit = 100.0;
constexpr float same_face = 0.5f;  // share of the union that two boxes have in common

// Strides of 2, by block, and the block whose features are the finer ones.
constexpr std::array near_halvings{2, 5, 11};
constexpr std::array far_halvings{2, 5, 8, 11};
constexpr std::size_t finer_block = 10;
constexpr std::array<std::size_t, 3> lateral_blocks{4, 7, 10};

int64_t stride_of(std::span<const int> halvings, int64_t block) {
    return std::ranges::find(halvings, block) == halvings.end() ? 1 : 2;
}

// The middles of `side` x `side` cells, each `times` over, [cells * times, 2].
Tensor cell_middles(int64_t side, int64_t times) {
    const Tensor at = (at::arange(side, at::kFloat) + 0.5) / static_cast<double>(side);
    const Tensor x = at.expand({side, side}), y = at.unsqueeze(1).expand({side, side});
    return at::stack({x, y}, -1).flatten(0, 1).repeat_interleave(times, 0);
}

// [1, answers * values, h, w] as [h * w * answers, values].
Tensor by_anchor(const Tensor& map, int64_t values) { return map.permute({0, 2, 3, 1}).reshape({-1, values}); }

// Channels that hold a square of two cells a side each, cell by cell, as a map of twice the size.
Tensor spread_out(const Tensor& map) {
    const Tensor cells = map.unflatten(1, {2, 2, map.size(1) / 4});
    return cells.permute({0, 3, 4, 1, 5, 2}).reshape({1, map.size(1) / 4, map.size(2) * 2, map.size(3) * 2});
}

float area(const Detection& face) {
    return std::max(face.box[2] - face.box[0], 0.0f) * std::max(face.box[3] - face.box[1], 0.0f);
}

bool are_same(const Detection& a, const Detection& b) {
    const float wide = std::max(0.0f, std::min(a.box[2], b.box[2]) - std::max(a.box[0], b.box[0]));
    const float high = std::max(0.0f, std::min(a.box[3], b.box[3]) - std::max(a.box[1], b.box[1]));
    const float common = wide * high, all = area(a) + area(b) - common;
    return all > 0.0f && common / all > same_face;
}

// The mean of detections of one face, weighted by their scores; the first one's score.
Detection mean_of(const std::vector<Detection>& faces) {
    Detection mean{.box = {}, .places = {}, .score = faces.front().score};
    float weight = 0.0f;
    for (const Detection& face : faces) {
        weight += face.score;
        for (std::size_t i = 0; i < mean.box.size(); ++i)
            mean.box[i] += face.box[i] * face.score;
        for (std::size_t i = 0; i < mean.places.size(); ++i)
            mean.places[i] += face.places[i] * face.score;
    }
    if (weight <= 0.0f) return faces.front();
    for (float& value : mean.box)
        value /= weight;
    for (float& value : mean.places)
        value /= weight;
    return mean;
}

// Faces that were found several times become one. `faces` are sorted, the likeliest first.
std::vector<Detection> merged(const std::vector<Detection>& faces) {
    std::vector<Detection> result;
    std::vector<bool> is_used(faces.size(), false);
    for (std::size_t i = 0; i < faces.size(); ++i) {
        if (is_used[i]) continue;
        std::vector<Detection> same{faces[i]};
        for (std::size_t j = i + 1; j < faces.size(); ++j) {
            if (is_used[j] || !are_same(faces[i], faces[j])) continue;
            same.push_back(faces[j]);
            is_used[j] = true;
        }
        result.push_back(mean_of(same));
    }
    return result;
}

}  // namespace

std::vector<Detection> Detector::operator()(const Tensor& picture, double least_score) const {
    const Answers said = answers(picture);
    const Tensor scores = said.scores.clamp(-most_logit, most_logit).sigmoid().to(at::kCPU, at::kFloat).contiguous();
    const Tensor places = anchors();
    // Middle, size and six points, from the anchor.
    Tensor values = (said.offsets.to(at::kCPU, at::kFloat) / static_cast<double>(side())).view({-1, 8, 2}).clone();
    values.select(1, 0).add_(places);
    values.slice(1, 2).add_(places.unsqueeze(1));
    values = values.view({-1, 16}).contiguous();
    std::vector<Detection> faces;
    for (int64_t i = 0; i < scores.size(0); ++i) {
        const float score = scores.const_data_ptr<float>()[i];
        if (score < static_cast<float>(least_score)) continue;
        const float* row = values.const_data_ptr<float>() + i * 16;
        Detection face{.box = {row[0] - row[2] / 2, row[1] - row[3] / 2, row[0] + row[2] / 2, row[1] + row[3] / 2},
                       .places = {},
                       .score = score};
        std::copy(row + 4, row + 16, face.places.begin());
        faces.push_back(face);
    }
    std::ranges::stable_sort(faces, std::greater<>(), &Detection::score);
    return merged(faces);
}

NearDetector::NearDetector(const Weights& w)
    : stem_(w / "stem", 2), fine_scores_(w / "cls_16"), coarse_scores_(w / "cls_8"), fine_offsets_(w / "reg_16"),
      coarse_offsets_(w / "reg_8") {
    for (int64_t i = 0; i < w.count("blocks"); ++i)
        blocks_.emplace_back(w / "blocks" / i, stride_of(near_halvings, i));
}

Detector::Answers NearDetector::answers(const Tensor& picture) const {
    Tensor x = at::relu(stem_(padded_for(picture, 5, 2))), finer;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        x = blocks_[i](x);
        if (i == finer_block) finer = x;
    }
    return {.offsets = at::cat({by_anchor(fine_offsets_(finer), 16), by_anchor(coarse_offsets_(x), 16)}),
            .scores = at::cat({by_anchor(fine_scores_(finer), 1), by_anchor(coarse_scores_(x), 1)}).flatten()};
}

// Two faces may begin in each of the finer cells, six in each of the coarser ones.
Tensor NearDetector::anchors() const { return at::cat({cell_middles(16, 2), cell_middles(8, 6)}); }

FarDetector::Block::Block(const Weights& w, int64_t stride)
    : within1(w / "dw1", stride, 1), across1(w / "pw1"), within2(w / "dw2", 1, 1), across2(w / "pw2") {}

Tensor FarDetector::Block::operator()(const Tensor& x) const {
    const Tensor y = across2(within2(at::relu(across1(within1(x)))));
    return at::relu(y.sizes() == x.sizes() ? y + x : y);
}

FarDetector::FarDetector(const Weights& w)
    : stem_(w / "stem", 2, 1), top_(w / "top_conv"), score_(w / "cls_conv"), score_within_(w / "cls_dw", 2, 1),
      offset_(w / "reg_conv"), offset_within_(w / "reg_dw", 2, 1) {
    for (int64_t i = 0; i < w.count("backbone"); ++i)
        blocks_.emplace_back(w / "backbone" / i, stride_of(far_halvings, i));
    for (int64_t i = 0; i < w.count("lateral_convs"); ++i)
        laterals_.emplace_back(w / "lateral_convs" / i);
    for (int64_t i = 0; i < w.count("decoder_reduce_convs"); ++i)
        reductions_.emplace_back(w / "decoder_reduce_convs" / i);
    for (int64_t level = 0; level < w.count("decoder_levels"); ++level) {
        const Weights own = w / "decoder_levels" / level;
        auto& blocks = decoder_.emplace_back();
        for (int64_t i = 0; i < own.count(); ++i)
            blocks.emplace_back(own / i, 1);
    }
}

Detector::Answers FarDetector::answers(const Tensor& picture) const {
    Tensor x = at::relu(stem_(picture));
    std::vector<Tensor> passed;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        x = blocks_[i](x);
        if (std::ranges::find(lateral_blocks, i) != lateral_blocks.end()) passed.push_back(x);
    }
    x = at::relu(top_(x));
    for (std::size_t level = 0; level < decoder_.size(); ++level) {
        const std::size_t lateral = passed.size() - 1 - level;
        const Tensor& finer = passed[lateral];
        x = at::upsample_bilinear2d(x, finer.sizes().slice(2), false) + at::relu(laterals_[lateral](finer));
        for (const Block& block : decoder_[level])
            x = block(x);
        if (level < reductions_.size()) x = at::relu(reductions_[level](x));
    }
    return {.offsets = by_anchor(spread_out(offset_within_(offset_(x))), 16),
            .scores = by_anchor(spread_out(score_within_(score_(x))), 1).flatten()};
}

Tensor FarDetector::anchors() const { return cell_middles(48, 1); }

}  // namespace easel::inference::face
