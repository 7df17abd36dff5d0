// Ids that this server makes up and those that clients send.
#pragma once

#include <string>
#include <string_view>

namespace easel::web {

// A random UUID (version 4) in canonical form. From any thread.
std::string new_uuid();

// Lower-case hexadecimal digits in groups of 8-4-4-4-12.
bool is_canonical_uuid(std::string_view text);

}  // namespace easel::web
