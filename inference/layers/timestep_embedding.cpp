#include "inference/layers/timestep_embedding.hpp"

#include <cmath>

namespace easel::inference {

Tensor timestep_embedding(const Tensor& value, int64_t dim, double longest_period) {
    const int64_t half = dim / 2;
    const Tensor index = at::arange(half, value.options().dtype(at::kFloat));
    const Tensor frequency = at::exp(-std::log(longest_period) * index / static_cast<double>(half));
    const Tensor angle = value.to(at::kFloat).unsqueeze(1) * frequency;
    return at::cat({angle.cos(), angle.sin()}, 1);
}

}  // namespace easel::inference
