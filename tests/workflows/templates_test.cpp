#include "workflows/templates.hpp"

#include "base/error.hpp"
#include "tests/support/workflows/recorded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace easel::workflows {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Values = std::map<std::string, std::string>;

Template made(const char* json) { return Template("test", Json::parse(json)); }

template <class Action>
std::string mistake(Action action) {
    try {
        action();
    } catch (const UserError& error) {
        return error.what();
    }
    return "accepted";
}

constexpr const char* small = R"({"defaults": {"steps": 4}, "prompt": {"1": {"class_type": "A", "inputs":
    {"text": "${prompt}", "seed": "${seed}", "steps": "${steps}", "more": {"g": "${guidance}"}, "link": ["2", 0]}}}})";

TEST(Template, FillsItsSlotsWithTheirTypes) {
    const Json prompt = made(small).fill({{"prompt", "5"}, {"seed", "18446744073709551615"}, {"guidance", "3.5"}});
    EXPECT_EQ(prompt["1"]["inputs"].dump(),
              R"({"text":"5","seed":18446744073709551615,"steps":4,"more":{"g":3.5},"link":["2",0]})");
}

TEST(Template, NamesSlotsThatAreMissingOrUnknown) {
    EXPECT_THAT(mistake([] { made(small).fill({{"prompt", "x"}}); }), HasSubstr("needs guidance, seed"));
    EXPECT_THAT(mistake([] { made(small).fill({{"width", "5"}}); }), HasSubstr("has no slot width"));
    EXPECT_THAT(mistake([] { made(small).fill({{"seed", "five"}}); }), HasSubstr("seed takes a number"));
}

TEST(Template, IsRefusedWhenItIsMalformed) {
    EXPECT_THAT(mistake([] { made(R"({"1": {"class_type": "A", "inputs": {"x": "${sead}"}}})"); }),
                HasSubstr("node 1 has the slot ${sead}"));
    EXPECT_THAT(mistake([] { made(R"({"1": {"class_type": "A", "inputs": {"x": "a ${prompt}"}}})"); }),
                HasSubstr("within a longer text"));
    EXPECT_THAT(mistake([] { made(R"({"1": {"inputs": {"x": "${prompt}"}}})"); }), HasSubstr("no class_type"));
    EXPECT_THAT(mistake([] {
                    made(R"({"defaults": {"steps": "x"}, "prompt": {"1": {"class_type": "A", "inputs":
        {"x": "${steps}"}}}})");
                }),
                HasSubstr("wrong kind"));
    EXPECT_THAT(mistake([] { made("[1]"); }), HasSubstr("no prompt"));
}

TEST(Template, ComesWithEaselForSevenModels) {
    EXPECT_THAT(template_names(), ElementsAre("flux1-schnell", "flux2-klein", "qwen-image", "sd15", "sd35-medium",
                                              "sdxl", "z-image-turbo"));
    for (const std::string& name : template_names()) {
        const Template shipped(name, testing::read_json(templates_folder() / (name + ".json")));
        EXPECT_NO_THROW(shipped.fill({{"prompt", "a red circle"}})) << name;
        for (const char* slot : {"prompt", "seed", "steps", "width", "height", "model"})
            EXPECT_TRUE(shipped.slots().contains(slot)) << name << ": " << slot;
    }
}

}  // namespace
}  // namespace easel::workflows
