// Texts in which the frontend fills something in when a workflow is queued.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace easel::workflows {

// Takes a number of alternatives, gives the index of one.
using Choose = std::function<std::size_t(std::size_t)>;

// "a {red|blue} cat": one alternative each; comments (// and /* */) go; "\{" is a brace.
std::string with_alternatives_chosen(std::string_view text, const Choose& choose);

// "%date:yyyy-MM-dd%" as of now, "%Node.widget%" as `value_of` says ("Node", "widget"); what it does not know stays.
using ValueOf = std::function<bool(const std::string& node, const std::string& widget, std::string& value)>;
std::string with_patterns_filled(std::string_view text, const ValueOf& value_of);

}  // namespace easel::workflows
