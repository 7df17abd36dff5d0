#include "workflows/ui_workflow.hpp"

#include "base/error.hpp"
#include "tests/support/workflows/recorded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace easel::workflows {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Json* no_definition(const std::string&) { return nullptr; }
std::size_t first_of(std::size_t) { return 0; }

Json converted(const char* workflow) { return to_prompt(Json::parse(workflow), no_definition, first_of).prompt; }

std::string refusal(const char* workflow) {
    try {
        converted(workflow);
    } catch (const UserError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(UiWorkflow, IsToldFromAPrompt) {
    EXPECT_TRUE(is_ui_workflow(Json::parse(R"({"nodes": [], "links": []})")));
    EXPECT_FALSE(is_ui_workflow(Json::parse(R"({"1": {"class_type": "A", "inputs": {}}})")));
    EXPECT_FALSE(is_ui_workflow(Json::parse("[1]")));
}

TEST(UiWorkflow, NamesTheValuesInTheOrderOfTheDefinition) {
    const Json prompt = converted(R"({"links": [[1, 2, 0, 1, 0, "MODEL"]], "nodes": [
        {"id": 1, "type": "KSampler", "widgets_values": [7, "randomize", 20, 8.0, "euler", "normal", 1],
         "inputs": [{"name": "model", "type": "MODEL", "link": 1}]},
        {"id": 2, "type": "CheckpointLoaderSimple", "title": "The model", "widgets_values": ["a.safetensors"],
         "outputs": [{"name": "MODEL", "type": "MODEL", "links": [1]}]}]})");
    EXPECT_EQ(prompt["1"]["inputs"], Json::parse(R"({"seed": 7, "steps": 20, "cfg": 8, "sampler_name": "euler",
        "scheduler": "normal", "denoise": 1, "model": ["2", 0]})"));
    EXPECT_EQ(prompt["1"]["inputs"].begin().key(), "seed");
    EXPECT_EQ(prompt["2"]["_meta"]["title"], "The model");
}

TEST(UiWorkflow, FollowsLinksThroughReroutesAndBypassedNodes) {
    const Json prompt = converted(R"({"links": [[1, 1, 0, 2, 0, "*"], [2, 2, 0, 3, 0, "*"], [3, 3, 0, 4, 0, "IMAGE"]],
        "nodes": [{"id": 1, "type": "EmptyImage", "outputs": [{"type": "IMAGE", "links": [1]}]},
        {"id": 2, "type": "Reroute", "inputs": [{"name": "", "type": "*", "link": 1}], "outputs": [{"links": [2]}]},
        {"id": 3, "type": "ImageInvert", "mode": 4, "inputs": [{"name": "image", "type": "IMAGE", "link": 2}],
         "outputs": [{"type": "IMAGE", "links": [3]}]},
        {"id": 4, "type": "PreviewImage", "inputs": [{"name": "images", "type": "IMAGE", "link": 3}]}]})");
    EXPECT_EQ(prompt["4"]["inputs"]["images"], Json::parse(R"(["1", 0])"));
    EXPECT_EQ(prompt.size(), 2u);
}

TEST(UiWorkflow, LeavesOutMutedNodesAndLinksToThem) {
    const Json prompt = converted(R"({"links": [[1, 1, 0, 2, 0, "IMAGE"]], "nodes": [
        {"id": 1, "type": "EmptyImage", "mode": 2, "outputs": [{"type": "IMAGE", "links": [1]}]},
        {"id": 2, "type": "PreviewImage", "inputs": [{"name": "images", "type": "IMAGE", "link": 1}]}]})");
    EXPECT_EQ(prompt["2"]["inputs"], Json::object());
    EXPECT_FALSE(prompt.contains("1"));
}

TEST(UiWorkflow, ReadsUnknownNodesFromTheFileAndNamesThem) {
    const Json workflow = Json::parse(R"({"links": [], "nodes": [
        {"id": 1, "type": "NobodysNode", "widgets_values": [5, "fixed", "x"], "inputs": [
         {"name": "noise_seed", "type": "INT", "link": null, "widget": {"name": "noise_seed"}},
         {"name": "text", "type": "STRING", "link": null, "widget": {"name": "text"}}]}]})");
    const Conversion conversion = to_prompt(workflow, no_definition, first_of);
    EXPECT_EQ(conversion.prompt["1"]["inputs"], Json::parse(R"({"noise_seed": 5, "text": "x"})"));
    EXPECT_THAT(conversion.unknown_types, ElementsAre("NobodysNode"));
}

TEST(UiWorkflow, RefusesWhatHasNoEnd) {
    EXPECT_THAT(refusal(R"({"links": [[1, 1, 0, 2, 0, "*"], [2, 2, 0, 1, 0, "*"]], "nodes": [
        {"id": 1, "type": "Reroute", "inputs": [{"name": "", "link": 2}], "outputs": [{"links": [1]}]},
        {"id": 2, "type": "Reroute", "inputs": [{"name": "", "link": 1}], "outputs": [{"links": [2]}]},
        {"id": 3, "type": "PreviewImage", "inputs": [{"name": "images", "type": "IMAGE", "link": 3}]}]})"),
                "accepted");
    EXPECT_THAT(refusal(R"({"links": [[1, 1, 0, 2, 0, "*"], [2, 2, 0, 1, 0, "*"], [3, 1, 0, 3, 0, "*"]], "nodes": [
        {"id": 1, "type": "Reroute", "inputs": [{"name": "", "link": 2}], "outputs": [{"links": [1]}]},
        {"id": 2, "type": "Reroute", "inputs": [{"name": "", "link": 1}], "outputs": [{"links": [2]}]},
        {"id": 3, "type": "PreviewImage", "inputs": [{"name": "images", "type": "IMAGE", "link": 3}]}]})"),
                HasSubstr("circle"));
    EXPECT_THAT(refusal(R"({"links": [], "nodes": [{"id": 1, "type": "s"}], "definitions": {"subgraphs": [
        {"id": "s", "name": "Snake", "nodes": [{"id": 2, "type": "s"}], "links": []}]}})"),
                HasSubstr("\"Snake\" contains itself"));
}

TEST(UiWorkflow, SaysWhenAGroupIsNotExplained) {
    EXPECT_THAT(refusal(R"({"links": [], "nodes": [{"id": 1, "type": "workflow>Upscale twice"}]})"),
                HasSubstr("node 1 is a group node (Upscale twice), and the workflow does not say what it is made of"));
}

TEST(UiWorkflow, SurvivesNonsense) {
    for (const char* workflow :
         {R"({"links": [1, null, [], {}], "nodes": [{"id": 1, "type": "KSampler", "inputs": 5, "outputs": "x",
            "widgets_values": {"seed": 1}, "properties": 7, "mode": "x"}]})",
          R"({"links": [[1, 9, 0, 1, 0, "*"]], "nodes": [{"id": "a", "type": "PreviewImage",
            "inputs": [{"name": "images", "link": 99}, null, 3]}],
            "definitions": {"subgraphs": [null, 4, {"id": 3}]}})",
          R"({"links": [], "nodes": [{"id": 1, "type": "s", "properties": {"proxyWidgets": [["-1"], 3, ["7", "x"]]}}],
            "definitions": {"subgraphs": [{"id": "s", "inputs": [{"name": "x", "linkIds": [1, "2"]}]}]}})"})
        EXPECT_EQ(refusal(workflow), "accepted") << workflow;
    EXPECT_THAT(refusal(R"({"links": [], "nodes": [{}]})"), HasSubstr("no id"));
}

TEST(UiWorkflow, ListsTheModelsOfActiveNodesOnce) {
    const auto models = needed_models(Json::parse(R"({"links": [], "nodes": [
        {"properties": {"models": [{"name": "a.safetensors", "directory": "vae", "url": "https://x"}]}},
        {"properties": {"models": [{"name": "a.safetensors", "directory": "vae"}]}},
        {"mode": 4, "properties": {"models": [{"name": "b.safetensors", "directory": "vae"}]}}]})"));
    ASSERT_EQ(models.size(), 1u);
    EXPECT_EQ(models[0].url, "https://x");
}

// The official templates, against what the official frontend made of them.
class OfficialTemplates : public ::testing::Test {
protected:
    void SetUp() override {
        if (!testing::templates_are_there())
            GTEST_SKIP() << "no ../shared/templates, or no templates in .deps/frontend";
    }

    void expect_equal(const FindDefinition& find) {
        std::size_t count = 0;
        for (const testing::RecordedTemplate& recorded : testing::recorded_templates()) {
            const Json prompt = to_prompt(recorded.workflow, find, first_of).prompt;
            EXPECT_EQ(testing::difference(prompt, recorded.prompt), "") << recorded.name;
            ++count;
        }
        EXPECT_GE(count, 222u);
    }
};

TEST_F(OfficialTemplates, AreConvertedAsTheFrontendDoes) {
    const Json nodes = testing::read_json(testing::shared_file("reference/object_info.json"));
    expect_equal([&](const std::string& type) -> const Json* {
        const auto found = nodes.find(type);
        return found == nodes.end() ? nullptr : &*found;
    });
}

TEST_F(OfficialTemplates, AreConvertedWithoutAnyNodeBuiltIn) { expect_equal(no_definition); }

}  // namespace
}  // namespace easel::workflows
