#include "inference/vision/sam3/pooled_boxes.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace easel::inference::sam3 {
namespace {

// How much each of `length` cells counts for each of `side` parts of the stretch from `first` to `last`: [side,
// length].
Tensor shares(double first, double last, int64_t side, int64_t length) {
    const double part = std::max(last - first, 1.0) / static_cast<double>(side);
    const auto samples = static_cast<int64_t>(std::ceil(part));
    Tensor result = at::zeros({side, length});
    auto cells = result.accessor<float, 2>();
    for (int64_t i = 0; i < side; ++i)
        for (int64_t sample = 0; sample < samples; ++sample) {
            double place = first + part * (static_cast<double>(i) +
                                           (static_cast<double>(sample) + 0.5) / static_cast<double>(samples));
            if (place < -1.0 || place > static_cast<double>(length)) continue;
            place = std::clamp(place, 0.0, static_cast<double>(length - 1));
            const auto low = static_cast<int64_t>(place);
            const auto rest = static_cast<float>(place - static_cast<double>(low));
            const auto weight = 1.0f / static_cast<float>(samples);
            cells[i][low] += (1.0f - rest) * weight;
            if (low + 1 < length) cells[i][low + 1] += rest * weight;
        }
    return result;
}

}  // namespace

Tensor pooled_boxes(const Tensor& picture, const Tensor& boxes, int64_t side) {
    const Tensor places = boxes.to(at::kCPU, at::kFloat).contiguous();
    const auto box = places.accessor<float, 2>();
    std::vector<Tensor> pooled;
    for (int64_t i = 0; i < places.size(0); ++i) {
        const Tensor across = shares(box[i][0], box[i][2], side, picture.size(2)).to(picture.options());
        const Tensor down = shares(box[i][1], box[i][3], side, picture.size(1)).to(picture.options());
        pooled.push_back(at::matmul(at::matmul(down, picture), across.t()));
    }
    return at::stack(pooled);
}

}  // namespace easel::inference::sam3
