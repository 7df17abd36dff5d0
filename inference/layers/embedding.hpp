// Rows of a table by index.
#pragma once

#include "inference/weights/weights.hpp"

namespace easel::inference {

struct Embedding {
    Weight weight;  // [count, dim]

    Embedding() = default;
    explicit Embedding(const Weights& w) : weight(w["weight"]) {}

    // The rows of `indices` [...] as [..., dim] in `dtype`. Gathers from the stored table where nothing patches it, so
    // that a vocabulary of which a prompt uses twenty rows is not cast as a whole.
    Tensor operator()(const Tensor& indices, at::ScalarType dtype = at::kFloat) const {
        return weight.rows(indices, dtype);
    }

    int64_t count() const { return weight.size(0); }
    int64_t dim() const { return weight.size(1); }
};

}  // namespace easel::inference
