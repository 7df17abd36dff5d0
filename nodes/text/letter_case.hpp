// Python's str.upper, lower, capitalize and title, by Unicode's full case mappings.
#pragma once

#include <string>
#include <string_view>

namespace easel::nodes {

std::string upper_case(std::string_view text);
std::string lower_case(std::string_view text);   // a sigma at the end of a word is a final one
std::string capitalized(std::string_view text);  // the first character in title case, the others in lower case
std::string title_case(std::string_view text);   // every word

}  // namespace easel::nodes
