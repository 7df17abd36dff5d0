#include "inference/weights/codecs/views.hpp"

#include "inference/weights/encoded.hpp"

namespace easel::inference {
namespace {

class RowPart final : public Encoding {
public:
    RowPart(Tensor matrix, int64_t first) : matrix_(std::move(matrix)), first_(first) {}

    Tensor decode(at::IntArrayRef shape) const override { return rows(at::arange(shape[0], at::kLong), shape); }
    Tensor rows(const Tensor& indices, at::IntArrayRef) const override {
        return encoding_of(matrix_)->rows(indices + first_, matrix_.sizes());
    }
    std::size_t bytes() const override { return encoding_of(matrix_)->bytes(); }

private:
    Tensor matrix_;
    int64_t first_;
};

class ScaledColumns final : public Encoding {
public:
    ScaledColumns(Tensor matrix, const Tensor& scale) : matrix_(std::move(matrix)), scale_(scale.to(at::kFloat)) {}

    Tensor decode(at::IntArrayRef shape) const override { return encoding_of(matrix_)->decode(shape) * scale_; }
    Tensor rows(const Tensor& indices, at::IntArrayRef shape) const override {
        return encoding_of(matrix_)->rows(indices, shape) * scale_;
    }
    std::size_t bytes() const override { return encoding_of(matrix_)->bytes() + scale_.nbytes(); }

private:
    Tensor matrix_, scale_;
};

}  // namespace

Tensor row_part(const Tensor& matrix, int64_t first, int64_t count) {
    if (encoding_of(matrix) == nullptr) return matrix.narrow(0, first, count);
    return encoded_tensor({count, matrix.size(1)}, std::make_shared<RowPart>(matrix, first));
}

Tensor with_scaled_columns(const Tensor& matrix, const Tensor& scale) {
    return encoded_tensor(matrix.sizes(), std::make_shared<ScaledColumns>(matrix, scale));
}

}  // namespace easel::inference
