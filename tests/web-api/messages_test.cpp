// What the reference sends for each event, recorded from its WebSocket.
#include "base/json.hpp"
#include "web-api/messages.hpp"

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include <stdexcept>

namespace easel::web {
namespace {

using namespace graph;

Json text(EventBody body) {
    const auto messages = render({.prompt_id = "p", .client_id = "c", .timestamp_ms = 7, .body = std::move(body)}, {});
    EXPECT_EQ(messages.size(), 1u);
    EXPECT_FALSE(messages[0].is_binary);
    return Json::parse(messages[0].payload);
}

Json parsed(const char* json) { return Json::parse(json); }

// A step with a picture, and what a client of these features is told.
std::vector<WireMessage> step(ClientFeatures features, int max_size = 0, std::string format = "PNG") {
    PreviewImage image{.format = std::move(format), .width = 8, .height = 4, .max_size = max_size, .rgb = {}};
    for (int i = 0; i < 8 * 4; ++i)
        image.rgb.insert(image.rgb.end(), {250, 20, 10});
    Preview picture{
        .node = "2.0.0.a", .display_node = "2", .parent_node = "2", .real_node = "2", .image = std::move(image)};
    Progress body{.node = "2.0.0.a", .value = 1, .total = 4, .preview = std::move(picture)};
    return render({.prompt_id = "p", .client_id = "c", .timestamp_ms = 7, .body = std::move(body)}, features);
}

WireMessage preview(ClientFeatures features, int max_size = 0, std::string format = "PNG") {
    for (WireMessage& message : step(features, max_size, std::move(format)))
        if (message.is_binary) return message;
    throw std::logic_error("there is no picture");
}

cv::Mat decoded(const std::string& bytes) {
    return cv::imdecode(std::vector<unsigned char>(bytes.begin(), bytes.end()), cv::IMREAD_UNCHANGED);
}

TEST(Messages, RenderTextEvents) {
    EXPECT_EQ(text(ExecutionStart{}), parsed(R"({"type":"execution_start","data":{"prompt_id":"p","timestamp":7}})"));
    EXPECT_EQ(text(ExecutionCached{.nodes = {"1"}}),
              parsed(R"({"type":"execution_cached","data":{"nodes":["1"],"prompt_id":"p","timestamp":7}})"));
    EXPECT_EQ(text(Executing{.node = "1", .display_node = "1"}),
              parsed(R"({"type":"executing","data":{"node":"1","display_node":"1","prompt_id":"p"}})"));
    EXPECT_EQ(text(Executing{.node = {}, .display_node = ""}),
              parsed(R"({"type":"executing","data":{"node":null,"prompt_id":"p"}})"));
    EXPECT_EQ(text(Executed{.node = "2", .display_node = "2", .output = nullptr}),
              parsed(R"({"type":"executed","data":{"node":"2","display_node":"2","output":null,"prompt_id":"p"}})"));
    EXPECT_EQ(text(Progress{.node = "3", .value = 1, .total = 4}),
              parsed(R"({"type":"progress","data":{"value":1,"max":4,"prompt_id":"p","node":"3"}})"));
    EXPECT_EQ(text(ExecutionSuccess{}),
              parsed(R"({"type":"execution_success","data":{"prompt_id":"p","timestamp":7}})"));
    EXPECT_EQ(text(ExecutionInterrupted{.node = "1", .node_type = "T", .executed = {"0"}}),
              parsed(R"({"type":"execution_interrupted","data":
                         {"prompt_id":"p","node_id":"1","node_type":"T","executed":["0"],"timestamp":7}})"));
}

TEST(Messages, LeavePendingNodesOutOfTheProgressState) {
    ProgressState state;
    state.nodes.push_back({.node = "1",
                           .display_node = "1",
                           .parent_node = {},
                           .real_node = "1",
                           .state = NodeState::running,
                           .value = 0.5,
                           .total = 2});
    state.nodes.push_back({.node = "2",
                           .display_node = "2",
                           .parent_node = {},
                           .real_node = "2",
                           .state = NodeState::pending,
                           .value = 0,
                           .total = 1});
    EXPECT_EQ(text(state), parsed(R"({"type":"progress_state","data":{"prompt_id":"p","nodes":{"1":
        {"value":0.5,"max":2,"state":"running","node_id":"1","prompt_id":"p","display_node_id":"1",
         "parent_node_id":null,"real_node_id":"1"}}}})"));
}

TEST(Messages, GiveATimestampToErrorsThatEndThePrompt) {
    ExecutionError error{.node = "1",
                         .node_type = "T",
                         .executed = {},
                         .exception_message = "m\n",
                         .exception_type = "RuntimeError",
                         .traceback = {},
                         .current_inputs = Json::object(),
                         .current_outputs = {},
                         .live_only = false};
    EXPECT_EQ(text(error)["data"]["timestamp"], 7);
    error.live_only = true;
    EXPECT_FALSE(text(error)["data"].contains("timestamp"));
}

TEST(Messages, SendAPlainPreviewUnlessMetadataIsNegotiated) {
    const WireMessage message = preview({});
    EXPECT_TRUE(message.is_binary);
    EXPECT_TRUE(message.may_drop);
    EXPECT_EQ(message.payload.substr(0, 8), std::string("\0\0\0\1\0\0\0\2", 8));
    const cv::Mat pixels = decoded(message.payload.substr(8));
    EXPECT_EQ(pixels.size(), cv::Size(8, 4));
    EXPECT_EQ(pixels.at<cv::Vec3b>(0, 0), cv::Vec3b(10, 20, 250));
    EXPECT_EQ(preview({}, 0, "JPEG").payload.substr(0, 8), std::string("\0\0\0\1\0\0\0\1", 8));
}

TEST(Messages, PutPicturesWithMetadataBeforeTheirStepAndOthersAfterIt) {
    const auto plain = step({}), with_metadata = step({.supports_preview_metadata = true});
    ASSERT_EQ(plain.size(), 2u);
    ASSERT_EQ(with_metadata.size(), 2u);
    EXPECT_EQ(Json::parse(plain[0].payload)["type"], "progress");
    EXPECT_TRUE(plain[1].is_binary);
    EXPECT_TRUE(with_metadata[0].is_binary);
    EXPECT_EQ(with_metadata[1].payload, plain[0].payload);
}

TEST(Messages, PutTheMetadataBeforeThePicture) {
    const std::string payload = preview({.supports_preview_metadata = true}).payload;
    ASSERT_EQ(payload.substr(0, 4), std::string("\0\0\0\4", 4));
    const auto length =
        static_cast<std::size_t>(static_cast<unsigned char>(payload[6]) * 256 + static_cast<unsigned char>(payload[7]));
    EXPECT_EQ(Json::parse(payload.substr(8, length)),
              parsed(
                  R"({"node_id":"2.0.0.a","prompt_id":"p","display_node_id":"2","parent_node_id":"2",
                "real_node_id":"2","image_type":"image/png"})"));
    EXPECT_EQ(decoded(payload.substr(8 + length)).size(), cv::Size(8, 4));
}

TEST(Messages, ScalePreviewsUpAndDownToTheirSquare) {
    EXPECT_EQ(decoded(preview({}, 4).payload.substr(8)).size(), cv::Size(4, 2));
    EXPECT_EQ(decoded(preview({}, 32).payload.substr(8)).size(), cv::Size(32, 16));
}

TEST(Messages, FrameTexts) {
    const auto message =
        render({.prompt_id = "p", .client_id = "c", .timestamp_ms = 0, .body = Text{.node = "12", .text = "grüße"}}, {})
            .at(0);
    EXPECT_TRUE(message.is_binary);
    EXPECT_FALSE(message.may_drop);
    EXPECT_EQ(message.payload, std::string("\0\0\0\3\0\0\0\2", 8) + "12grüße");
}

TEST(Messages, TellTheQueueAndToNewSocketsTheirId) {
    EXPECT_EQ(Json::parse(status_message(3, {})),
              parsed(R"({"type":"status","data":{"status":{"exec_info":{"queue_remaining":3}}}})"));
    EXPECT_EQ(Json::parse(status_message(0, "s"))["data"]["sid"], "s");
}

}  // namespace
}  // namespace easel::web
