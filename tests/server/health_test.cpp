#include "tests/support/server/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace easel::server {
namespace {

using namespace easel::server::testing;
using ::testing::HasSubstr;

TEST(Health, IsToldBeforeAnythingElseWorks) {
    const TestServer server({}, [](const Options&, Folders&) -> std::unique_ptr<Backend> {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        throw std::runtime_error("no backend in this test");
    });
    EXPECT_EQ(request(server.port(), "GET", "/health").json()["status"], "alive");
    const Answer answer = request(server.port(), "GET", "/ready");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.json()["database"], "ok");
    EXPECT_EQ(answer.json()["worker"], "loading");
}

TEST(Health, ComesWithFiguresForPrometheus) {
    const TestServer server;
    ASSERT_TRUE(eventually([&] { return request(server.port(), "GET", "/ready").status == 200; }));
    ASSERT_EQ(request(server.port(), "POST", "/prompt", prompt_body("Say", "counted")).status, 200);
    const auto figures = [&] { return request(server.port(), "GET", "/metrics"); };
    ASSERT_TRUE(eventually(
        [&] { return figures().body.find("easel_jobs_total{outcome=\"success\"} 1\n") != std::string::npos; }));
    EXPECT_THAT(figures().head, HasSubstr("text/plain; version=0.0.4"));
    for (const char* line : {"easel_queue_length 0\n", "easel_websockets 0\n",
                             "easel_node_runs_total{type=\"Say\"} 1\n", "# TYPE easel_node_seconds_total counter\n"})
        EXPECT_THAT(figures().body, HasSubstr(line));
}

}  // namespace
}  // namespace easel::server
