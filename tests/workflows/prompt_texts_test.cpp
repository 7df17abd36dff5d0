#include "workflows/prompt_texts.hpp"

#include <gtest/gtest.h>

namespace easel::workflows {
namespace {

std::string chosen(const char* text, std::size_t index = 0) {
    return with_alternatives_chosen(text, [index](std::size_t count) { return index < count ? index : count - 1; });
}

TEST(PromptTexts, ChooseOneOfTheAlternatives) {
    EXPECT_EQ(chosen("a {red|blue} cat"), "a red cat");
    EXPECT_EQ(chosen("a {red|{light|dark} blue} cat", 1), "a dark blue cat");
    EXPECT_EQ(chosen("a {cat"), "a cat");
    EXPECT_EQ(chosen(R"(a \{cat\} and a \(dog\))"), R"(a {cat} and a \(dog\))");
}

TEST(PromptTexts, LoseTheirComments) {
    EXPECT_EQ(chosen("a /* very\nred */cat // not a dog\nsits"), "a cat \nsits");
    EXPECT_EQ(chosen("a /* cat"), "a /* cat");
}

TEST(PromptTexts, AreFilledWithValuesOfNodes) {
    const auto value_of = [](const std::string& node, const std::string& widget, std::string& value) {
        value = "a/b:" + widget;
        return node == "KSampler";
    };
    EXPECT_EQ(with_patterns_filled("x_%KSampler.seed%_%width%", value_of), "x_a_b_seed_%width%");
    EXPECT_EQ(with_patterns_filled("%Nobody.seed% 100%", value_of), "%Nobody.seed% 100%");
    EXPECT_EQ(with_patterns_filled("%date:yyyy%", value_of).size(), 4u);
    EXPECT_EQ(with_patterns_filled("%%KSampler.a%", value_of), "%a_b_a");
}

}  // namespace
}  // namespace easel::workflows
