#include "inference/memory/block_cache.hpp"

#include "inference/tensor.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

constexpr int64_t large = int64_t{1} << 20;  // floats: 4 MiB

TEST(BlockCache, ALargeTensorTakesThePlaceOfTheOneBefore) {
    const BlockCache cache;
    const void* before = nullptr;
    {
        const Tensor x = at::empty({large});
        before = x.const_data_ptr();
    }
    EXPECT_EQ(BlockCache::kept_bytes(), static_cast<std::size_t>(large) * 4);
    const Tensor little_less = at::empty({large - large / 16});
    EXPECT_EQ(little_less.const_data_ptr(), before);
    EXPECT_EQ(BlockCache::kept_bytes(), 0U);
}

TEST(BlockCache, MuchIsNotWastedOnASmallerOne) {
    const BlockCache cache;
    at::empty({large});
    const Tensor half = at::empty({large / 2});
    EXPECT_EQ(BlockCache::kept_bytes(), static_cast<std::size_t>(large) * 4);
}

TEST(BlockCache, NothingIsKeptWhenTheLastOneEnds) {
    Tensor survivor;
    {
        const BlockCache outer;
        {
            const BlockCache inner;
            survivor = at::ones({large});
            at::empty({large});
        }
        EXPECT_GT(BlockCache::kept_bytes(), 0U);
    }
    EXPECT_EQ(BlockCache::kept_bytes(), 0U);
    EXPECT_EQ(survivor.sum().item<float>(), static_cast<float>(large));
    survivor = Tensor();
    EXPECT_EQ(BlockCache::kept_bytes(), 0U);
}

}  // namespace
}  // namespace easel::inference
