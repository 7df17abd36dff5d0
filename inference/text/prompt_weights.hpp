// ComfyUI's prompt syntax: `(words:1.2)` weights words, `(words)` weights them by 1.1, both nest, and a backslash makes
// a parenthesis ordinary.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

struct WeightedText {
    std::string text;
    double weight = 1.0;

    bool operator==(const WeightedText&) const = default;
};

// Throws UserError when parentheses nest deeper than anybody means them to.
std::vector<WeightedText> parse_prompt_weights(std::string_view prompt);

// The prompt as it is, but for backslashes before parentheses.
std::string without_escapes(std::string_view prompt);

}  // namespace easel::inference
