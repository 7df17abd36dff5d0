#include "inference/text/prompt_weights.hpp"

#include "base/error.hpp"

#include <boost/algorithm/string/replace.hpp>

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

namespace easel::inference {

namespace {

using boost::algorithm::replace_all_copy;

constexpr int deepest = 200;

// Stand for escaped parentheses while the others are read.
constexpr std::string_view escaped_close("\0\1", 2);
constexpr std::string_view escaped_open("\0\2", 2);

// Python's float(): surrounding blanks and single underscores between digits are fine, hexadecimal is not.
std::optional<double> parse_number(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\v\f\r\x1c\x1d\x1e\x1f";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return std::nullopt;
    text = text.substr(first, text.find_last_not_of(blanks) - first + 1);
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto is_digit = [&](std::size_t at) { return at < text.size() && std::isdigit(text[at] & 0xFF) != 0; };
        if (text[i] == '_' && i > 0 && is_digit(i - 1) && is_digit(i + 1)) continue;
        if (text[i] == 'x' || text[i] == 'X' || text[i] == '(') return std::nullopt;
        digits.push_back(text[i]);
    }
    char* stop = nullptr;
    const double number = std::strtod(digits.c_str(), &stop);
    return stop == digits.c_str() + digits.size() ? std::optional(number) : std::nullopt;
}

// Cuts at the outermost parentheses, which stay around their items. What never closes stays one item.
std::vector<std::string_view> split_at_parentheses(std::string_view text) {
    std::vector<std::string_view> items;
    std::size_t begin = 0;
    int level = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '(') {
            if (level++ > 0) continue;
            if (level == 1 && i > begin) items.push_back(text.substr(begin, i - begin));
            if (level == 1) begin = i;
        } else if (text[i] == ')' && --level == 0) {
            items.push_back(text.substr(begin, i + 1 - begin));
            begin = i + 1;
        }
    }
    if (begin < text.size()) items.push_back(text.substr(begin));
    return items;
}

void parse(std::string_view text, double weight, int depth, std::vector<WeightedText>& out) {
    if (depth > deepest)
        throw UserError("the prompt nests parentheses more than " + std::to_string(deepest) +
                        " deep: write \\( for a plain one");
    for (std::string_view item : split_at_parentheses(text)) {
        if (item.size() < 2 || item.front() != '(' || item.back() != ')') {
            out.push_back({std::string(item), weight});
            continue;
        }
        item = item.substr(1, item.size() - 2);
        double inner = weight * 1.1;
        if (const auto colon = item.rfind(':'); colon != std::string_view::npos && colon > 0) {
            if (const auto number = parse_number(item.substr(colon + 1))) {
                inner = *number;
                item = item.substr(0, colon);
            }
        }
        parse(item, inner, depth + 1, out);
    }
}

}  // namespace

std::vector<WeightedText> parse_prompt_weights(std::string_view prompt) {
    const auto marked =
        replace_all_copy(replace_all_copy(std::string(prompt), "\\)", escaped_close), "\\(", escaped_open);
    std::vector<WeightedText> parts;
    parse(marked, 1.0, 0, parts);
    for (auto& part : parts)
        part.text = replace_all_copy(replace_all_copy(std::move(part.text), escaped_close, ")"), escaped_open, "(");
    return parts;
}

std::string without_escapes(std::string_view prompt) {
    return replace_all_copy(replace_all_copy(std::string(prompt), "\\)", ")"), "\\(", "(");
}

}  // namespace easel::inference
