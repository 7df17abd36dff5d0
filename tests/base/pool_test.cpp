#include "base/pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>

namespace easel {
namespace {

TEST(Pool, RunsAsManyThingsAtOnceAsItMay) {
    std::latch together(4);
    std::atomic<int> done = 0;
    {
        Pool pool("test", 4);
        for (int i = 0; i < 4; ++i)
            pool.post([&] {
                together.arrive_and_wait();
                ++done;
            });
    }
    EXPECT_EQ(done, 4);
}

TEST(Pool, FinishesWhatWasPostedBeforeItGoes) {
    std::atomic<int> done = 0;
    {
        Pool pool("test", 2);
        for (int i = 0; i < 500; ++i)
            pool.post([&] { ++done; });
    }
    EXPECT_EQ(done, 500);
}

TEST(Pool, SurvivesWorkThatThrows) {
    Pool pool("test", 1);
    pool.post([] { throw std::runtime_error("on purpose"); });
    std::promise<int> answer;
    pool.post([&] { answer.set_value(7); });
    EXPECT_EQ(answer.get_future().get(), 7);
}

}  // namespace
}  // namespace easel
