#include "inference/weights/codecs/views.hpp"

#include "inference/weights/codecs/scaled.hpp"
#include "inference/weights/encoded.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

Tensor encoded_numbers() {
    const Tensor values = at::arange(12, at::kInt).to(at::kChar).view({4, 3});
    return encoded_tensor({4, 3}, scaled_values(values, at::full({4, 1}, 0.5)));
}

TEST(EncodedViews, AreRowsOfAMatrixWithoutDecodingTheOthers) {
    const Tensor part = row_part(encoded_numbers(), 1, 2);
    EXPECT_EQ(part.sizes(), (std::vector<int64_t>{2, 3}));
    EXPECT_TRUE(at::equal(decoded(part), at::arange(3, 9, at::kFloat).view({2, 3}) * 0.5));
    EXPECT_TRUE(at::equal(row_part(at::arange(6).view({3, 2}), 2, 1), at::arange(4, 6).view({1, 2})));
}

TEST(EncodedViews, MultiplyColumns) {
    const Tensor scale = at::tensor({1.0F, 2.0F, 4.0F});
    const Tensor scaled = with_scaled_columns(encoded_numbers(), scale);
    EXPECT_TRUE(at::equal(decoded(scaled), decoded(encoded_numbers()) * scale));
}

}  // namespace
}  // namespace easel::inference
