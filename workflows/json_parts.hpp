// Reading JSON that people send: a part that is absent or of another type counts as empty, and nothing here throws.
#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace easel::workflows {

// The member of an object; null where there is none.
const Json& part(const Json& object, std::string_view member);
// The element of an array; null where there is none.
const Json& part(const Json& array, std::size_t index);

std::string text_of(const Json& value);                       // empty for anything but a string
std::optional<std::int64_t> whole_number(const Json& value);  // also of 2.0; nothing for anything else
// Ids of nodes are numbers or texts: the text of either, empty for anything else.
std::string id_of(const Json& value);

// What JavaScript takes for true.
bool is_set(const Json& value);

// 2.0 as 2, throughout: JavaScript knows one kind of number and writes it so.
Json with_plain_numbers(Json value);

}  // namespace easel::workflows
