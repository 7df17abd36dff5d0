#include "tests/support/server/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace easel::server {
namespace {

using namespace easel::server::testing;
using ::testing::HasSubstr;

class WorkflowFiles : public ::testing::Test {
protected:
    Answer post(const std::string& body) { return request(server_.port(), "POST", "/prompt", body); }

    // The texts that the nodes of the prompt showed.
    Json outputs(const std::string& id) {
        Json entry;
        eventually([&] {
            entry = request(server_.port(), "GET", "/history/" + id).json();
            return entry.contains(id);
        });
        return entry[id]["outputs"];
    }

    TestServer server_;
};

constexpr const char* saved =
    R"({"nodes": [{"id": 3, "type": "Say", "widgets_values": ["from a file"]}], "links": []})";

TEST_F(WorkflowFiles, RunAsTheFrontendSavesThem) {
    const Answer answer = post(R"({"prompt": )" + std::string(saved) + "}");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(outputs(answer.json()["prompt_id"])["3"]["text"], Json::array({"from a file"}));
}

TEST_F(WorkflowFiles, RunOutOfPictures) {
    const std::string text = std::string("workflow") + '\0' + saved;
    const std::string size = {0, 0, static_cast<char>(text.size() >> 8), static_cast<char>(text.size() & 0xff)};
    const Answer answer = post("\x89PNG\r\n\x1a\n" + size + "tEXt" + text + "sums");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(outputs(answer.json()["prompt_id"])["3"]["text"], Json::array({"from a file"}));
    EXPECT_EQ(post("\x89PNG\r\n\x1a\nnothing").status, 400);
}

TEST_F(WorkflowFiles, AreToldWhatTheyLack) {
    const Answer answer = post(R"({"prompt": {"links": [], "nodes": [{"id": 1, "type": "NobodysNode",
        "properties": {"models": [{"name": "x.safetensors", "directory": "vae",
                                   "url": "https://example.org/x"}]}}]}})");
    EXPECT_EQ(answer.status, 400);
    const Json error = answer.json()["error"];
    EXPECT_EQ(error["type"], "missing_node_type");
    EXPECT_EQ(error["extra_info"]["missing_node_types"], Json::array({"NobodysNode"}));
    EXPECT_EQ(error["extra_info"]["missing_models"][0]["directory"], "vae");
    EXPECT_THAT(error["details"].get<std::string>(),
                HasSubstr("there is no x.safetensors: it belongs in models/vae (https://example.org/x)"));
}

TEST_F(WorkflowFiles, AreRefusedWhenTheyAreDamaged) {
    const Answer answer = post(R"({"prompt": {"nodes": [{"type": "Say"}], "links": []}})");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.json()["error"]["type"], "invalid_workflow");
}

}  // namespace
}  // namespace easel::server
