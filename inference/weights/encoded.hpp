// Tensors that a file keeps in fewer bits than a number type has: blocks of quantised values with scales. They travel
// as tensors of the shape they stand for, so that networks can be recognised and built from them, but no operation
// computes with them: they have to be decoded first, which weight tables do when a weight is used.
#pragma once

#include "inference/tensor.hpp"

#include <cstddef>
#include <memory>

namespace easel::inference {

class Encoding {
public:
    virtual ~Encoding() = default;
    // The values as a float tensor of this shape, on the CPU.
    virtual Tensor decode(at::IntArrayRef shape) const = 0;
    // Some rows of a matrix of this shape: [indices, columns]. Unless an encoding knows better, it decodes all of them.
    virtual Tensor rows(const Tensor& indices, at::IntArrayRef shape) const {
        return decode(shape).index_select(0, indices);
    }
    // What it takes in memory or in the mapped file.
    virtual std::size_t bytes() const = 0;
};

// A tensor of this shape that only decoded() can read. It shares `encoding`.
Tensor encoded_tensor(at::IntArrayRef shape, std::shared_ptr<const Encoding> encoding);

// Null for ordinary tensors.
const Encoding* encoding_of(const Tensor& tensor);

// The values of a tensor; ordinary ones are returned as they are.
Tensor decoded(const Tensor& tensor);

}  // namespace easel::inference
