#include "base/nearest_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace easel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> names = {"models/dreamshaper_8.safetensors", "sd_xl_base.safetensors",
                                        "v1-5-pruned.ckpt"};

TEST(EditDistance, CountsInsertionsDeletionsAndReplacements) {
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance("same", "same"), 0u);
}

TEST(NearestNames, FindsTheSameNameInAnotherFolderFirst) {
    EXPECT_THAT(nearest_names("dreamshaper_8.safetensors", names, 1), ElementsAre("models/dreamshaper_8.safetensors"));
}

TEST(NearestNames, IgnoresCase) {
    EXPECT_THAT(nearest_names("V1-5-PRUNED.CKPT", names, 3), ElementsAre("v1-5-pruned.ckpt"));
}

TEST(NearestNames, SaysNothingWhereNothingIsNear) { EXPECT_THAT(nearest_names("qwen", names, 3), IsEmpty()); }

}  // namespace
}  // namespace easel
