#include "base/error.hpp"
#include "tests/support/workflows/recorded.hpp"
#include "workflows/ui_workflow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace easel::workflows {
namespace {

const Json* no_definition(const std::string&) { return nullptr; }
std::size_t first_of(std::size_t) { return 0; }

Json prompts_of(const char* kind) {
    return testing::read_json(std::string(EASEL_TEST_DATA) + "/workflows/data/group_nodes.json")[kind];
}

Json converted(const Json& workflow) { return to_prompt(workflow, no_definition, first_of).prompt; }

TEST(GroupNodes, BecomeWhatTheFrontendMakesOfThem) {
    const Json prompts = prompts_of("recorded");
    for (const auto& wanted : prompts.items())
        EXPECT_EQ(testing::difference(converted(wanted.value()["workflow"]), wanted.value()["prompt"]), "")
            << wanted.key();
}

TEST(GroupNodes, KeepWhatTheFrontendWouldLose) {
    const Json prompts = prompts_of("worked out");
    for (const auto& wanted : prompts.items())
        EXPECT_EQ(testing::difference(converted(wanted.value()["workflow"]), wanted.value()["prompt"]), "")
            << wanted.key();
}

TEST(GroupNodes, AreLeftOutWhenTheyAreMuted) {
    Json workflow = prompts_of("recorded")["inner_modes"]["workflow"];
    for (Json& node : workflow["nodes"])
        if (node["id"] == 2) node["mode"] = 2;
    const Json prompt = converted(workflow);
    EXPECT_EQ(prompt.size(), 2u);
    EXPECT_FALSE(prompt["3"]["inputs"].contains("images"));
}

TEST(GroupNodes, NameTheNodesInsideThatAreNotThere) {
    Json workflow = prompts_of("recorded")["inner_modes"]["workflow"];
    workflow["extra"]["groupNodes"]["mt"]["nodes"][1]["type"] = "NoSuchNode";
    EXPECT_THAT(to_prompt(workflow, no_definition, first_of).unknown_types, ::testing::Contains("NoSuchNode"));
}

TEST(GroupNodes, AreRefusedWhenTheFileDoesNotDescribeThem) {
    Json workflow = prompts_of("recorded")["inner_modes"]["workflow"];
    workflow["extra"]["groupNodes"].clear();
    EXPECT_THROW(converted(workflow), UserError);
}

TEST(GroupNodes, SurviveDamage) {
    const Json sound = prompts_of("worked out")["primitive"]["workflow"];
    const std::vector<Json> damages = {nullptr, -1, "x", Json::array({1, "2", nullptr}), Json::object()};
    for (const Json& damage : damages)
        for (const char* place : {"/extra/groupNodes/pg/links/0", "/extra/groupNodes/pg/links/0/1", "/nodes/3/inputs",
                                  "/extra/groupNodes/pg/nodes/0", "/extra/groupNodes/pg/nodes/1/inputs",
                                  "/extra/groupNodes/pg/nodes/1/outputs/0", "/extra/groupNodes/pg/external",
                                  "/extra/groupNodes/pg/nodes/1/widgets_values", "/nodes/3/widgets_values"}) {
            Json workflow = sound;
            workflow[Json::json_pointer(place)] = damage;
            try {
                converted(workflow);
            } catch (const UserError&) {
                SUCCEED();
            }
        }
}

}  // namespace
}  // namespace easel::workflows
