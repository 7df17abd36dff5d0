#include "inference/vision/sam3/pieces.hpp"

#include "tests/support/inference/recorded_vision.hpp"

namespace easel::inference::sam3 {
namespace {

TEST(Pieces, DropSpecksAndCloseHoles) {
    Tensor mask = at::full({1, 1, 8, 8}, -1.0f);
    Tensor pixels = mask[0][0];
    pixels.slice(0, 2, 7).slice(1, 1, 6).fill_(1.0f);
    pixels[4][3] = -1.0f;  // a hole
    pixels[0][7] = 1.0f;   // a speck
    const Tensor cleaned = without_specks(mask, 2)[0][0];
    EXPECT_FLOAT_EQ(cleaned[4][3].item<float>(), 0.1f);
    EXPECT_FLOAT_EQ(cleaned[0][7].item<float>(), -0.1f);
    EXPECT_EQ((cleaned > 0).sum().item<int64_t>(), 25);
    EXPECT_EQ((mask > 0).sum().item<int64_t>(), 25) << "what was given stays as it was";
}

TEST(Pieces, KeepHalfOfASmallObject) {
    Tensor mask = at::full({1, 1, 8, 8}, -1.0f);
    mask[0][0][1][1] = 1.0f;
    mask[0][0][6][6] = 1.0f;
    mask[0][0][6][5] = 1.0f;
    mask[0][0][5][5] = 1.0f;
    EXPECT_EQ((without_specks(mask, 16) > 0).sum().item<int64_t>(), 3);
}

TEST(Pieces, AreNotJoinedByCorners) {
    Tensor mask = at::full({1, 1, 8, 8}, -1.0f);
    mask[0][0].slice(0, 0, 4).slice(1, 0, 4).fill_(1.0f);
    mask[0][0][4][4] = 1.0f;  // a speck at the object's corner
    const Tensor cleaned = without_specks(mask, 1)[0][0];
    EXPECT_FLOAT_EQ(cleaned[4][4].item<float>(), -0.1f);
    EXPECT_EQ((cleaned > 0).sum().item<int64_t>(), 16);
}

TEST(Pieces, CountWhatLiesInsideAnotherAsTheSame) {
    Tensor masks = at::full({3, 8, 8}, -1.0f);
    masks[0].fill_(1.0f);
    masks[1].slice(0, 0, 2).fill_(1.0f);
    const Tensor covered = overlaps(masks, masks);
    EXPECT_FLOAT_EQ(covered[0][1].item<float>(), 1.0f);
    EXPECT_FLOAT_EQ(covered[1][2].item<float>(), 0.0f);
    EXPECT_EQ(distinct(masks, at::tensor({0.5f, 0.9f, 0.1f})), (std::vector<int64_t>{1, 2}));
}

TEST(Pieces, PackEightPixelsInAByte) {
    const Tensor masks = random_normal({2, 3, 16}, 7);
    EXPECT_TRUE(at::equal(unpacked_masks(packed_masks(masks)), masks > 0));
    EXPECT_EQ(packed_masks(at::tensor({1.f, -1.f, -1.f, -1.f, -1.f, -1.f, -1.f, 1.f})).item<int64_t>(), 129);
}

}  // namespace
}  // namespace easel::inference::sam3
