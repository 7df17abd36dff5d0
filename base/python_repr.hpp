// Values as Python prints them. Clients match on error texts that quote values, and nodes that turn values into text
// must give the same text as the reference.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>

namespace easel {

// repr() of a float: the shortest digits that read back the same, "1.0", "1e-05", "1e+16", "inf", "nan".
std::string python_float(double value);

// repr() of a string: quoted, with escapes. Bytes that are not UTF-8 become \xNN.
std::string python_repr(std::string_view text);

// repr() of what json.loads gives: {'a': [1, 2.0, None, True]}. Parts nested deeper than 500 levels are shown as "...".
std::string python_repr(const Json& value);

// str(): like repr(), but a string is itself.
std::string python_str(const Json& value);

}  // namespace easel
