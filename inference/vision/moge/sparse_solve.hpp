// Least squares over a grid of many unknowns, without a matrix.
#pragma once

#include "inference/tensor.hpp"

#include <functional>

namespace easel::inference::moge {

// A linear map between flat vectors, and its transpose. Both take float32 and float64.
struct LinearMap {
    std::function<Tensor(const Tensor&)> forward, backward;
    int64_t rows = 0;  // that say anything
};

// The x [n] with the least |map(x) - right|, found from `start` [n] (undefined: zeros) by the method LSMR (Fong and
// Saunders 2011) with tolerances of 1e-5. A float32 start is kept in float32 all along, as scipy.sparse.linalg.lsmr
// does.
Tensor sparse_least_squares(const LinearMap& map, const Tensor& right, const Tensor& start);

}  // namespace easel::inference::moge
