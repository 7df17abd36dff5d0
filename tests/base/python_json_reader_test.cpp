#include "base/python_json_reader.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace easel {
namespace {

TEST(PythonJsonReader, ReadsNumbersThatJsonHasNot) {
    const Json json = read_python_json(R"({"a": NaN, "b": [Infinity, -Infinity, 1e999, -1e999, 12, -0.5]})");
    EXPECT_TRUE(std::isnan(json["a"].get<double>()));
    EXPECT_EQ(json["b"][0], HUGE_VAL);
    EXPECT_EQ(json["b"][1], -HUGE_VAL);
    EXPECT_EQ(json["b"][2], HUGE_VAL);
    EXPECT_EQ(json["b"][3], -HUGE_VAL);
    EXPECT_EQ(json["b"][4], 12);
    EXPECT_EQ(json["b"][5], -0.5);
}

TEST(PythonJsonReader, LeavesTextsAlone) {
    const Json json = read_python_json(R"({"NaN": "say \"NaN\", number0", "x": NaN})");
    EXPECT_EQ(json["NaN"], "say \"NaN\", number0");
    EXPECT_TRUE(std::isnan(json["x"].get<double>()));
}

TEST(PythonJsonReader, ReplacesHalvesOfCharacters) {
    EXPECT_EQ(
        read_python_json(R"(["\ud83d\ude00", "a\ud800b", "\udc00\ud800", "\\ud800", "\ud83dx", "\ud800\ud83d\ude00"])"),
        Json::parse(R"(["😀", "a\ufffdb", "\ufffd\ufffd", "\\ud800", "\ufffdx", "\ufffd😀"])"));
    EXPECT_EQ(read_python_json(R"({"\ud800": NaN})").begin().key(), "\xef\xbf\xbd");
    EXPECT_THROW(read_python_json(R"(["\ud8")"), UserError);
}

TEST(PythonJsonReader, RefusesWhatPythonRefuses) {
    for (const char* text :
         {"", "nan", "[NaN", "+Infinity", "[-NaN]", "[1 NaN]", "NaNNaN", "{NaN: 1}", "[01]", "[\"a]"})
        EXPECT_THROW(read_python_json(text), UserError) << text;
}

}  // namespace
}  // namespace easel
