// The format specifications of Python: [[fill]align][sign][z][#][0][width][grouping][.precision][type].
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace easel::nodes {

struct FormatSpecification {
    char32_t fill = U' ';
    char align = '\0';  // < > = ^, or none given
    char sign = '-';    // + - space
    bool has_sign = false;
    bool keeps_no_negative_zero = false;  // z
    bool alternate = false;               // #
    std::int64_t width = 0;
    char grouping = '\0';  // , or _
    std::optional<std::int64_t> precision;
    char type = '\0';
};

// Throws a ValueError; `type_name` is the value's, for its text.
FormatSpecification read_specification(std::string_view text, std::string_view type_name);

// Each throws a ValueError where the specification does not suit the type, as Python does.
std::string format_text(std::string_view value, const FormatSpecification&);
// `magnitude` and the sign apart, so that the whole range of both integer types fits.
std::string format_integer(std::uint64_t magnitude, bool is_negative, const FormatSpecification&);
std::string format_float(double value, const FormatSpecification&, std::string_view type_name = "float");

}  // namespace easel::nodes
