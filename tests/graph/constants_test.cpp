#include "graph/constants.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace easel::graph {

TEST(PythonLess, ComparesSeedsAbove2To63WithSmallNumbers) {
    const Json large = std::uint64_t{9223372036854775813u}, largest = std::numeric_limits<std::uint64_t>::max();
    EXPECT_FALSE(python_less(large, Json(0)));
    EXPECT_TRUE(python_less(Json(0), large));
    EXPECT_TRUE(python_less(Json(-1), large));
    EXPECT_FALSE(python_less(largest, large));
    EXPECT_FALSE(python_less(largest, largest));
}

}  // namespace easel::graph
