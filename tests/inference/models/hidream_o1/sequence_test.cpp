#include "inference/models/hidream_o1/sequence.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

using namespace hidream_o1;

std::vector<int64_t> row(const Tensor& positions, int64_t axis) {
    const Tensor values = positions[axis].contiguous();
    return {values.const_data_ptr<int64_t>(), values.const_data_ptr<int64_t>() + values.numel()};
}

TEST(Sequence, PutsThePictureOnAPlaneOfItsOwn) {
    const Tensor where = positions(3, {.rows = 2, .columns = 2}, {});
    EXPECT_EQ(row(where, 0), (std::vector<int64_t>{0, 1, 2, 4096, 4096, 4096, 4096}));
    EXPECT_EQ(row(where, 1), (std::vector<int64_t>{0, 1, 2, 4096, 4096, 4097, 4097}));
    EXPECT_EQ(row(where, 2), (std::vector<int64_t>{0, 1, 2, 4096, 4097, 4096, 4097}));
}

TEST(Sequence, CountsOnBehindPicturesInThePrompt) {
    const Tensor ids = at::arange(5, at::kLong).unsqueeze(0);
    const Tensor prompt = with_places(ids, {{.rows = 1, .columns = 2}});
    EXPECT_EQ(row(prompt, 0),
              (std::vector<int64_t>{0, 1, 2, vision_start, image_token, image_token, vision_end, 3, 4}));
    const Tensor where = positions(9, {.rows = 1, .columns = 1},
                                   {.seen = {{.rows = 1, .columns = 2}}, .followed = {{.rows = 1, .columns = 1}}});
    EXPECT_EQ(row(where, 2), (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 4096, 4097}));
}

}  // namespace
}  // namespace easel::inference
