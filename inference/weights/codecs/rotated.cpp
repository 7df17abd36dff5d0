#include "inference/weights/codecs/rotated.hpp"

#include "base/error.hpp"

#include <ATen/Parallel.h>

#include <cmath>
#include <string>

namespace easel::inference {
namespace {

class Rotated final : public Encoding {
public:
    Rotated(std::shared_ptr<const Encoding> values, int64_t group) : values_(std::move(values)), group_(group) {}

    Tensor decode(at::IntArrayRef shape) const override {
        Tensor matrix = values_->decode(shape).contiguous();
        rotate_groups(matrix, group_);
        return matrix;
    }
    Tensor rows(const Tensor& indices, at::IntArrayRef shape) const override {
        Tensor matrix = values_->rows(indices, shape).contiguous();
        rotate_groups(matrix, group_);
        return matrix;
    }
    std::size_t bytes() const override { return values_->bytes(); }

private:
    std::shared_ptr<const Encoding> values_;
    int64_t group_;
};

bool is_power_of_four(int64_t number) {
    while (number > 1 && number % 4 == 0)
        number /= 4;
    return number == 1;
}

// The matrix is a Kronecker product of 4 x 4 matrices whose rows are ones but for one minus one, from the right down to
// the left: each stage replaces four values by their sum less twice the value at the opposite place.
void rotate(float* values, int64_t group, float scale) {
    for (int64_t stride = 1; stride < group; stride *= 4) {
        for (int64_t first = 0; first < group; first += 4 * stride) {
            for (int64_t i = first; i < first + stride; ++i) {
                float &a = values[i], &b = values[i + stride], &c = values[i + 2 * stride], &d = values[i + 3 * stride];
                const float sum = a + b + c + d;
                const float first_value = a, second_value = b;
                a = sum - 2.0F * d;
                b = sum - 2.0F * c;
                c = sum - 2.0F * second_value;
                d = sum - 2.0F * first_value;
            }
        }
    }
    for (int64_t i = 0; i < group; ++i)
        values[i] *= scale;
}

}  // namespace

void rotate_groups(Tensor& matrix, int64_t group) {
    if (group < 4 || !is_power_of_four(group) || matrix.size(-1) % group != 0)
        throw ModelError("a weight of " + std::to_string(matrix.size(-1)) +
                         " columns cannot have been rotated in groups of " + std::to_string(group));
    constexpr int64_t groups_worth_a_thread = 256;
    float* const values = matrix.mutable_data_ptr<float>();
    const float scale = 1.0F / std::sqrt(static_cast<float>(group));
    at::parallel_for(0, matrix.numel() / group, groups_worth_a_thread, [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i)
            rotate(values + i * group, group, scale);
    });
}

std::shared_ptr<const Encoding> rotated_values(std::shared_ptr<const Encoding> values, int64_t group) {
    return std::make_shared<Rotated>(std::move(values), group);
}

}  // namespace easel::inference
