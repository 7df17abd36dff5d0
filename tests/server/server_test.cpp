#include "server/server.hpp"

#include "base/error.hpp"
#include "tests/support/full_disk.hpp"
#include "tests/support/server/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace easel::server {
namespace {

using namespace server::testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::size_t remaining(TestServer& server) {
    return request(server.port(), "GET", "/prompt").json()["exec_info"]["queue_remaining"];
}

TEST(Server, AnswersBeforeTheNodesAreLoaded) {
    std::promise<void> go_on;
    TestServer server({}, [&go_on](const Options& options, Folders& folders) {
        go_on.get_future().wait();
        return small_backend(options, folders);
    });
    EXPECT_EQ(request(server.port(), "GET", "/queue").status, 200);
    auto waiting = std::async(std::launch::async, [&] { return request(server.port(), "GET", "/object_info/Say"); });
    EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
    go_on.set_value();
    EXPECT_TRUE(waiting.get().json().contains("Say"));
}

TEST(Server, EndsWithAnErrorWhenWhatComputesCannotBeLoaded) {
    TestServer server({}, [](const Options&, Folders&) -> std::unique_ptr<Backend> { throw Error("no libtorch"); });
    EXPECT_EQ((*server).wait(), 1);
}

TEST(Server, BringsAPromptToHistoryBeforeItsEndMark) {
    TestServer server;
    SocketClient client(server.port(), "me");
    const Json hello = *client.receive();
    EXPECT_EQ(hello.dump(), R"({"type":"status","data":{"status":{"exec_info":{"queue_remaining":0}},"sid":"me"}})");
    const std::string id =
        request(server.port(), "POST", "/prompt", prompt_body("Say", "hi", "me")).json()["prompt_id"];
    std::vector<std::string> types;
    while (auto message = client.receive()) {
        types.push_back((*message)["type"]);
        if (types.back() == "executing" && (*message)["data"]["node"].is_null()) break;
    }
    EXPECT_THAT(types, ::testing::ElementsAre("status", "status", "execution_start", "execution_cached",
                                              "progress_state", "executing", "executed", "progress_state",
                                              "execution_success", "status", "executing"));
    const Json history = request(server.port(), "GET", "/history/" + id).json();
    EXPECT_EQ(history[id]["outputs"]["1"]["text"][0], "hi");
}

TEST(Server, KeepsEventsForAClientThatConnectsJustAfterItPosted) {
    TestServer server;
    const std::string id =
        request(server.port(), "POST", "/prompt", prompt_body("Say", "hi", "late")).json()["prompt_id"];
    ASSERT_TRUE(eventually([&] { return remaining(server) == 0; }));
    SocketClient client(server.port(), "late");
    EXPECT_EQ((*client.receive())["type"], "status");
    EXPECT_EQ((*client.receive())["type"], "execution_start");
    EXPECT_EQ((*client.receive_type("executed"))["data"]["prompt_id"], id);
}

TEST(Server, TellsAReturningClientWhichNodeRuns) {
    TestServer server;
    {
        SocketClient client(server.port(), "me");
        client.receive();
        request(server.port(), "POST", "/prompt", prompt_body("Linger", "", "me"));
        ASSERT_TRUE(client.receive_type("executing"));
    }
    SocketClient again(server.port(), "me");
    EXPECT_EQ((*again.receive())["data"]["sid"], "me");
    EXPECT_EQ(again.receive()->dump(), R"({"type":"executing","data":{"node":"1"}})");
    request(server.port(), "POST", "/interrupt");
    EXPECT_TRUE(again.receive_type("execution_interrupted"));
}

TEST(Server, InterruptsOnlyThePromptThatIsNamed) {
    TestServer server;
    const std::string id = request(server.port(), "POST", "/prompt", prompt_body("Linger", "")).json()["prompt_id"];
    ASSERT_TRUE(eventually([&] { return !request(server.port(), "GET", "/queue").json()["queue_running"].empty(); }));
    request(server.port(), "POST", "/interrupt", R"({"prompt_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"})");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_EQ(remaining(server), 1u);
    request(server.port(), "POST", "/interrupt", R"({"prompt_id": ")" + id + "\"}");
    EXPECT_TRUE(eventually([&] { return remaining(server) == 0; }));
}

TEST(Server, StopsInTheMiddleOfAPromptAndBeginsItAgain) {
    TestServer server;
    const std::string id = request(server.port(), "POST", "/prompt", prompt_body("Linger", "")).json()["prompt_id"];
    request(server.port(), "POST", "/prompt", prompt_body("Say", "second"));
    ASSERT_TRUE(eventually([&] { return !request(server.port(), "GET", "/queue").json()["queue_running"].empty(); }));
    server.restart();
    ASSERT_TRUE(eventually([&] { return !request(server.port(), "GET", "/queue").json()["queue_running"].empty(); }));
    EXPECT_EQ(request(server.port(), "GET", "/queue").json()["queue_running"][0][1], id);
    EXPECT_EQ(remaining(server), 2u);
    request(server.port(), "POST", "/interrupt");
    EXPECT_TRUE(eventually([&] { return remaining(server) == 0; }));
}

TEST(Server, ClosesItsSocketsWhenItStops) {
    TestServer server;
    SocketClient client(server.port(), "me");
    client.receive();
    std::thread stopping([&] { (*server).stop(); });
    EXPECT_EQ(client.close_code(), 1001);
    stopping.join();
}

TEST(Server, DoesNotWaitForANodeThatDoesNotStop) {
    TestServer server;
    request(server.port(), "POST", "/prompt",
            R"({"prompt": {"1": {"class_type": "Stubborn", "inputs": {"seconds": 7}}}})");
    ASSERT_TRUE(eventually([&] { return !request(server.port(), "GET", "/queue").json()["queue_running"].empty(); }));
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_FALSE((*server).stop());
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(6));
}

TEST(Server, KeepsAJobsEndUntilTheDiskHasRoom) {
    TestServer server;
    const std::string id = request(server.port(), "POST", "/prompt", prompt_body("Linger", "")).json()["prompt_id"];
    ASSERT_TRUE(eventually([&] { return !request(server.port(), "GET", "/queue").json()["queue_running"].empty(); }));
    {
        const easel::testing::FullDisk full;
        request(server.port(), "POST", "/interrupt");
        EXPECT_TRUE(eventually([&] { return request(server.port(), "GET", "/ready").status == 503; }));
        EXPECT_THAT(request(server.port(), "GET", "/ready").body, HasSubstr("is the disk full"));
        EXPECT_EQ(request(server.port(), "POST", "/prompt", prompt_body("Say", "hi")).status, 503);
        EXPECT_EQ(remaining(server), 1u);
    }
    EXPECT_TRUE(eventually([&] { return remaining(server) == 0; }));
    EXPECT_EQ(request(server.port(), "GET", "/ready").status, 200);
    const Json history = request(server.port(), "GET", "/history/" + id).json();
    EXPECT_EQ(history[id]["status"]["messages"].back()[0], "execution_interrupted");
    request(server.port(), "POST", "/prompt", prompt_body("Say", "hi"));
    EXPECT_TRUE(eventually([&] { return request(server.port(), "GET", "/history").json().size() == 2; }));
}

TEST(Server, SaysWhoHasThePort) {
    TestServer server;
    Options options;
    options.folders.base = server.base();
    options.folders.database = ":memory:";
    options.network.port = server.port();
    EXPECT_THROW(Server(options, small_backend), UserError);
}

TEST(Server, NegotiatesFeaturesInTheFirstMessage) {
    TestServer server;
    SocketClient client(server.port(), "me");
    client.receive();
    client.send("not json");
    client.send(R"({"type": "feature_flags", "data": {"supports_preview_metadata": true}})");
    const auto flags = client.receive();
    ASSERT_TRUE(flags);
    EXPECT_EQ((*flags)["data"], request(server.port(), "GET", "/features").json());
    client.send(R"({"type": "feature_flags", "data": {}})");
    EXPECT_FALSE(client.receive(std::chrono::milliseconds(200)));
}

}  // namespace
}  // namespace easel::server
