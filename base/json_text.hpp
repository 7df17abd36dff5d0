// JSON text in and out where nlohmann's own way costs too much: objects of many thousand members, and the few short
// messages that every step of a prompt sends.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>

namespace easel {

// Parses in time that is linear in the length of the text. (nlohmann's ordered_json looks through all members of an
// object for every new one.) Of members with one name the last counts, in the first one's place, as in Python.
// Throws UserError with nlohmann's message where the text is not JSON.
Json read_json(std::string_view text);

// Whether the text stands between quotes as it is: ASCII without control characters, quotes and backslashes.
bool is_plain_text(std::string_view text);

// Appends the text as a JSON string. Bytes that are not UTF-8 are replaced.
void append_json_string(std::string& out, std::string_view text);

}  // namespace easel
