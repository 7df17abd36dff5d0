#include "inference/patches/hooks.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

HookGroup one_hook() { return HookGroup({{.change = std::make_shared<const WeightChange>()}}); }

HookKeyframes keyframes(std::initializer_list<HookKeyframe> frames) {
    HookKeyframes all;
    for (const HookKeyframe& frame : frames)
        all = all.with(frame);
    return all;
}

double strength(HookProgress& progress, const HookGroup& hooks, float sigma) {
    static const auto levels = flow_levels(1.0);  // which fall evenly along the schedule
    return progress.strengths(hooks, sigma, *levels).front();
}

TEST(HookProgress, TakesTheKeyframeThatHasStarted) {
    const HookGroup hooks = one_hook().with_keyframes(
        keyframes({{.strength = 0.5, .start_percent = 0.5}, {.strength = 1.5, .start_percent = 0.0}}));
    HookProgress progress({1.0f, 0.6f, 0.3f, 0.0f});
    EXPECT_EQ(strength(progress, hooks, 1.0f), 1.5);
    EXPECT_EQ(strength(progress, hooks, 0.6f), 1.5);
    EXPECT_EQ(strength(progress, hooks, 0.3f), 0.5);
}

TEST(HookProgress, GivesEveryKeyframeTheStepsThatItIsSureOf) {
    const HookGroup hooks = one_hook().with_keyframes(
        keyframes({{.strength = 1.0, .start_percent = 0.0},
                   {.strength = 2.0, .start_percent = 0.1, .guarantee_steps = 1},
                   {.strength = 3.0, .start_percent = 0.2, .guarantee_steps = 0}}));
    HookProgress progress({1.0f, 0.5f, 0.2f});
    EXPECT_EQ(strength(progress, hooks, 1.0f), 1.0);
    EXPECT_EQ(strength(progress, hooks, 0.5f), 2.0);  // though the third has started as well
    EXPECT_EQ(strength(progress, hooks, 0.5f), 2.0);  // the same step
    EXPECT_EQ(strength(progress, hooks, 0.2f), 3.0);
}

TEST(HookGroup, HoldsAHookOnceWhateverItsKeyframes) {
    const HookGroup hooks = one_hook();
    EXPECT_EQ(hooks.with(hooks.with_keyframes(keyframes({{.strength = 0.5}}))).hooks().size(), 1U);
    EXPECT_EQ(hooks.with(one_hook()).hooks().size(), 2U);
}

TEST(HookGroup, DividesTheScheduleWhereStrengthsChange) {
    const HookGroup hooks = one_hook()
                                .with_keyframes(keyframes({{.strength = 1.0, .start_percent = 0.2},
                                                           {.strength = 1.0, .start_percent = 0.4},
                                                           {.strength = 0.5, .start_percent = 0.6}}))
                                .with(one_hook());
    const auto spans = hooks.spans();
    ASSERT_EQ(spans.size(), 3U);
    EXPECT_EQ(spans[0].end_percent, 0.2);
    EXPECT_EQ(spans[0].strengths, (std::vector<double>{1.0, 1.0}));  // before the first keyframe
    EXPECT_EQ(spans[1].end_percent, 0.6);
    EXPECT_EQ(spans[2].strengths, (std::vector<double>{0.5, 1.0}));
}

TEST(Interpolated, EasesInSinglePrecision) {
    EXPECT_EQ(interpolated(0.0, 1.0, 3, "ease_in"), (std::vector<double>{0.0, 0.25, 1.0}));
    EXPECT_EQ(interpolated(1.0, 0.0, 3, "ease_out"), (std::vector<double>{1.0, 0.25, 0.0}));
    EXPECT_NEAR(interpolated(0.0, 1.0, 4, "linear")[1], 1.0 / 3.0, 1e-7);
}

}  // namespace
}  // namespace easel::inference
