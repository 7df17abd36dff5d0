#include "inference/guidance/context_windows.hpp"
#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::recorded;

TEST(ContextWindows, AreWhereTheReferencePutsThem) {
    for (const auto& one : recorded("custom_sampling.json")["windows"]) {
        const ContextWindows windows{.length = one["length"],
                                     .overlap = one["overlap"],
                                     .schedule = one["schedule"],
                                     .stride = one["stride"],
                                     .closed_loop = one["closed"]};
        EXPECT_EQ(window_frames(windows, one["frames"], one["step"]),
                  one["windows"].get<std::vector<std::vector<int64_t>>>())
            << one["schedule"] << " " << one["step"];
    }
}

TEST(ContextWindows, FadeOverTheirOverlap) {
    const auto expected = recorded("custom_sampling.json")["overlap_linear"];
    const ContextWindows windows{.length = 8, .overlap = 3, .blend = "overlap-linear"};
    const std::vector<int64_t> starts{0, 5, 13};
    for (std::size_t k = 0; k < starts.size(); ++k) {
        std::vector<int64_t> window;
        for (int64_t i = 0; i < 8; ++i)
            window.push_back(starts[k] + i);
        const std::vector<float> weights = window_weights(windows, window, 21);
        for (std::size_t i = 0; i < weights.size(); ++i)
            EXPECT_NEAR(weights[i], expected[k][i].get<float>(), 1e-6f) << starts[k] << " " << i;
    }
}

TEST(ContextWindows, ReadListsOfFrames) {
    EXPECT_EQ(parse_frames("0, 3"), (std::vector<int64_t>{0, 3}));
    EXPECT_EQ(parse_frames(""), std::vector<int64_t>{});
    EXPECT_ANY_THROW(parse_frames("first"));
}

}  // namespace
}  // namespace easel::inference
