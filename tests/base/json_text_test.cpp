#include "base/json_text.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

namespace easel {
namespace {

TEST(ReadJson, GivesWhatTheLibraryGives) {
    for (const char* text : {"null", "[]", "{}", "-1", "18446744073709551615", "1.5e3", R"("\u00e4\n")",
                             R"({"b": [1, {"a": null}, []], "a": {"x": {}, "y": "z"}, "": true})"})
        EXPECT_EQ(read_json(text).dump(), Json::parse(text).dump()) << text;
}

TEST(ReadJson, KeepsTheLastOfRepeatedMembersInTheFirstPlace) {
    EXPECT_EQ(read_json(R"({"a": 1, "b": 2, "a": 3})").dump(), R"({"a":3,"b":2})");
    std::string many = "{\"first\": 0";
    for (int i = 0; i < 100; ++i)
        many += ", \"" + std::to_string(i) + "\": 0";
    const Json read = read_json(many + ", \"7\": 1, \"first\": 2}");
    EXPECT_EQ(read.size(), 101U);
    EXPECT_EQ(read.begin().key(), "first");
    EXPECT_EQ(read["first"], 2);
    EXPECT_EQ(read["7"], 1);
}

TEST(ReadJson, RefusesWhatIsNotJson) {
    for (const char* text : {"", "{", "[1,]", "{\"a\" 1}", "nope", "1 2", "\"\xff\""})
        EXPECT_THROW(read_json(text), UserError) << text;
}

// Quadratic time would be minutes.
TEST(ReadJson, ReadsAVeryLargeObject) {
    std::string text = "{\"n\": 0";
    for (int i = 0; i < 200'000; ++i)
        text += ",\"" + std::to_string(i) + "\":{\"class_type\":\"A\"}";
    EXPECT_EQ(read_json(text + "}").size(), 200'001U);
}

TEST(JsonString, EscapesWhatNeedsIt) {
    std::string text;
    append_json_string(text, "plain 1/2");
    append_json_string(text, "a\"b\n\xc3\xa4");
    EXPECT_EQ(text, "\"plain 1/2\"\"a\\\"b\\n\xc3\xa4\"");
}

}  // namespace
}  // namespace easel
