// What a connection may send, and what it gets back: the good, the odd and the broken.
#include "server/http_session.hpp"

#include "tests/support/server/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace easel::server {
namespace {

using namespace server::testing;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// One server for all: whatever a test sends, the next one is answered.
class HttpSessionTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        server = new TestServer([](Options& options) { options.network.max_upload_size_mb = 1; });
    }
    static void TearDownTestSuite() {
        delete server;
        server = nullptr;
    }
    ~HttpSessionTest() override { EXPECT_EQ(request(server->port(), "GET", "/prompt").status, 200) << "it goes on"; }

    static std::string send(const std::string& bytes, int patience_ms = 3000) {
        return exchange(server->port(), bytes, std::chrono::milliseconds(patience_ms));
    }

    static TestServer* server;
};

TestServer* HttpSessionTest::server = nullptr;

TEST_F(HttpSessionTest, AnswersPipelinedRequestsInOrder) {
    const std::string one = "GET /prompt HTTP/1.1\r\nHost: a\r\n\r\n";
    const std::string two = "GET /features HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const std::string answers = send(one + two);
    EXPECT_LT(answers.find("queue_remaining"), answers.find("max_upload_size"));
    EXPECT_NE(answers.find("max_upload_size"), answers.npos);
}

TEST_F(HttpSessionTest, ReadsChunkedBodies) {
    const std::string body = prompt_body("Say", "chunks");
    char size[16];
    std::snprintf(size, sizeof size, "%zx", body.size());
    EXPECT_THAT(send("POST /prompt HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" +
                     std::string(size) + "\r\n" + body + "\r\n0\r\n\r\n"),
                HasSubstr("prompt_id"));
}

TEST_F(HttpSessionTest, SaysContinueToThoseWhoAsk) {
    const std::string body = prompt_body("Say", "x");
    EXPECT_THAT(
        send("POST /prompt HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: " +
             std::to_string(body.size()) + "\r\n\r\n" + body),
        StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpSessionTest, LeavesTheBodyOutForHead) {
    const Answer answer = request(server->port(), "HEAD", "/prompt");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
    EXPECT_THAT(answer.head, Not(HasSubstr("Content-Length: 0")));
}

TEST_F(HttpSessionTest, NamesTheMethodsOfARoute) {
    const Answer answer = request(server->port(), "PATCH", "/queue");
    EXPECT_EQ(answer.status, 405);
    EXPECT_THAT(answer.head, HasSubstr("Allow: "));
}

TEST_F(HttpSessionTest, KnowsWhatIsNotThere) {
    EXPECT_EQ(request(server->port(), "GET", "/no/such/thing").status, 404);
    // The frontend's files are looked for on every path, and can only be read.
    const Answer posted = request(server->port(), "POST", "/no/such/thing");
    EXPECT_EQ(posted.status, 405);
    EXPECT_THAT(posted.head, HasSubstr("Allow: GET,HEAD\r\n"));
    EXPECT_EQ(request(server->port(), "GET", "/interrupt").status, 404);
    EXPECT_THAT(request(server->port(), "PUT", "/interrupt").head, HasSubstr("Allow: GET,HEAD,POST\r\n"));
    EXPECT_EQ(request(server->port(), "POST", "/internal/no/such/thing").status, 404);
    EXPECT_THAT(request(server->port(), "POST", "/internal/logs").head, HasSubstr("Allow: GET,HEAD\r\n"));
}

TEST_F(HttpSessionTest, IgnoresAFragment) { EXPECT_EQ(request(server->port(), "GET", "/prompt#x").status, 200); }

TEST_F(HttpSessionTest, WantsAnUpgradeOnTheSocketsPath) {
    EXPECT_EQ(request(server->port(), "GET", "/ws").status, 400);
    EXPECT_EQ(request(server->port(), "GET", "/api/ws?clientId=a").status, 400);
}

TEST_F(HttpSessionTest, SaysThatThereIsNoAssetsDatabase) {
    const Answer answer = request(server->port(), "GET", "/api/assets?limit=1");
    EXPECT_EQ(answer.status, 503);
    EXPECT_THAT(answer.body, HasSubstr("SERVICE_DISABLED"));
    EXPECT_EQ(request(server->port(), "GET", "/api/assets/not-an-id").status, 404);
    EXPECT_EQ(request(server->port(), "DELETE", "/api/assets/0b5a1a3e-7c1c-4a51-9a6e-3d7bb3a2a111").status, 503);
}

TEST_F(HttpSessionTest, ShowsAPageOfItsOwnWithoutAFrontend) {
    // A frontend may be installed beside the program; the page is then that one's.
    const Answer answer = request(server->port(), "GET", "/");
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.head, HasSubstr("text/html"));
    EXPECT_THAT(answer.head, HasSubstr("no-store"));
}

TEST_F(HttpSessionTest, RefusesPagesOfOtherSites) {
    EXPECT_EQ(request(server->port(), "POST", "/prompt", "{}", "Origin: http://evil.example\r\n").status, 403);
    EXPECT_THAT(
        send("GET /ws HTTP/1.1\r\nHost: 127.0.0.1:1\r\nOrigin: http://evil.example\r\nConnection: Upgrade\r\n"
             "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"),
        StartsWith("HTTP/1.1 403"));
}

TEST_F(HttpSessionTest, RefusesBodiesThatAreTooLarge) {
    const std::string body(2 << 20, 'x');
    EXPECT_EQ(request(server->port(), "POST", "/prompt", body).status, 413);
    EXPECT_THAT(send("POST /prompt HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n"),
                StartsWith("HTTP/1.1 413"));
}

TEST_F(HttpSessionTest, RefusesHugeHeaders) {
    EXPECT_THAT(send("GET /prompt HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"),
                StartsWith("HTTP/1.1 431"));
}

TEST_F(HttpSessionTest, RefusesWhatIsNotHttp) {
    EXPECT_THAT(send("\x16\x03\x01\x02 this is TLS\r\n\r\n"), StartsWith("HTTP/1.1 400"));
    EXPECT_THAT(send("GET /prompt HTTP/9.9\r\n\r\n"), StartsWith("HTTP/1.1 400"));
}

TEST_F(HttpSessionTest, SurvivesConnectionsThatEndInTheMiddle) {
    EXPECT_EQ(send("POST /prompt HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{\"pro", 100), "");
    EXPECT_EQ(send("GET /prom", 100), "");
    EXPECT_EQ(send("", 50), "");
}

TEST_F(HttpSessionTest, RefusesBrokenJson) {
    EXPECT_EQ(request(server->port(), "POST", "/prompt", "{\"prompt\": ").status, 400);
    EXPECT_EQ(request(server->port(), "POST", "/prompt", "\xff\xfe{").status, 400);
    EXPECT_EQ(request(server->port(), "POST", "/prompt", std::string(100'000, '[')).status, 400);
    EXPECT_EQ(request(server->port(), "POST", "/prompt", "").status, 400);
}

TEST_F(HttpSessionTest, RefusesInvalidUtf8InAPrompt) {
    EXPECT_EQ(request(server->port(), "POST", "/prompt",
                      "{\"prompt\": {\"1\": {\"class_type\": \"Say\", \"inputs\": {\"text\": \"\xff\xfe\"}}}}")
                  .status,
              400);
}

TEST_F(HttpSessionTest, SurvivesOddTargets) {
    for (const char* target : {"/%", "/%zz", "/%00", "//", "/../../etc/passwd", "/..%2f..%2fetc%2fpasswd",
                               "/view?filename=%2e%2e%2f", "*", "/view?filename[]=1&&&=", "/object_info/%ff%fe"}) {
        const Answer answer = request(server->port(), "GET", target);
        EXPECT_GE(answer.status, 200) << target;
        EXPECT_THAT(answer.body, Not(HasSubstr("root:"))) << target;
    }
}

TEST_F(HttpSessionTest, SendsFilesLargerThanOnePiece) {
    const std::string content(3'000'001, 'e');
    std::ofstream(server->base() / "input" / "large.bin") << content;
    const Answer whole = request(server->port(), "GET", "/view?filename=large.bin&type=input");
    EXPECT_EQ(whole.status, 200);
    EXPECT_TRUE(whole.body.size() >= (1 << 20) - whole.head.size() - 4) << "the client reads one megabyte";
    const Answer part =
        request(server->port(), "GET", "/view?filename=large.bin&type=input", "", "Range: bytes=2999999-\r\n");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, "ee");
}

// A masked frame of the given first two header bits and payload; the mask is zero.
std::string frame(unsigned char first, const std::string& payload) {
    return std::string{static_cast<char>(first), static_cast<char>(0x80 | payload.size()), 0, 0, 0, 0} + payload;
}

std::string upgrade() {
    return "GET /ws?clientId=odd HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n";
}

TEST_F(HttpSessionTest, ClosesSocketsThatSendBrokenFrames) {
    SocketClient healthy(server->port(), "healthy");
    ASSERT_TRUE(healthy.receive());
    for (const std::string& broken :
         {frame(0xf1, "reserved bits"), frame(0x81, "\xff\xfe"), frame(0x83, "no such kind"),
          std::string("\x81\x05 unmasked"), frame(0x80, "continues nothing")}) {
        const auto begun = std::chrono::steady_clock::now();
        const std::string answer = exchange(server->port(), upgrade(), std::chrono::seconds(5), broken);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 101"));
        EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(4)) << "the server closes it";
    }
    healthy.send("still here");
    EXPECT_EQ(request(server->port(), "GET", "/prompt").status, 200);
}

TEST_F(HttpSessionTest, RefusesAnUpgradeWithoutAKey) {
    EXPECT_THAT(send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 1000),
                StartsWith("HTTP/1.1 4"));
}

}  // namespace
}  // namespace easel::server
