#include "inference/weights/codecs/rotated.hpp"
#include "inference/weights/codecs/scaled.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace easel::inference {
namespace {

// The matrix by its definition: a Kronecker product of 4 x 4 matrices, over the root of its size.
Tensor hadamard(int64_t size) {
    const Tensor four =
        at::tensor({1.0F, 1.0F, 1.0F, -1.0F, 1.0F, 1.0F, -1.0F, 1.0F, 1.0F, -1.0F, 1.0F, 1.0F, -1.0F, 1.0F, 1.0F, 1.0F})
            .view({4, 4});
    Tensor matrix = four;
    while (matrix.size(0) < size)
        matrix = at::kron(matrix, four);
    return matrix / std::sqrt(static_cast<double>(size));
}

TEST(RotatedValues, AreMultipliedByTheHadamardMatrixOfTheirGroup) {
    const Tensor bytes = at::randint(-128, 128, {3, 128}, at::kChar), scale = at::rand({3, 1});
    const auto encoding = rotated_values(scaled_values(bytes, scale), 64);
    const Tensor plain = (bytes.to(at::kFloat) * scale).view({3, 2, 64});
    const Tensor expected = at::matmul(plain, hadamard(64)).view({3, 128});
    EXPECT_LT((encoding->decode({3, 128}) - expected).abs().max().item<float>(), 1e-4F);
    const Tensor wanted = at::tensor({2, 0}, at::kLong);
    EXPECT_LT((encoding->rows(wanted, {3, 128}) - expected.index_select(0, wanted)).abs().max().item<float>(), 1e-4F);
}

TEST(RotatedValues, RefuseAGroupThatDoesNotFit) {
    Tensor matrix = at::zeros({2, 96});
    EXPECT_THROW(rotate_groups(matrix, 64), std::exception);
    EXPECT_THROW(rotate_groups(matrix, 32), std::exception);
}

}  // namespace
}  // namespace easel::inference
