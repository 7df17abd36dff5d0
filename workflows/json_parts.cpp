#include "workflows/json_parts.hpp"

#include <cmath>

namespace easel::workflows {
namespace {

const Json nothing;
constexpr double largest_exact = 9007199254740992.0;  // 2^53

}  // namespace

const Json& part(const Json& object, std::string_view member) {
    if (!object.is_object()) return nothing;
    const auto found = object.find(member);
    return found == object.end() ? nothing : *found;
}

const Json& part(const Json& array, std::size_t index) {
    return array.is_array() && index < array.size() ? array[index] : nothing;
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

std::optional<std::int64_t> whole_number(const Json& value) {
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (!value.is_number_float()) return {};
    const double number = value.get<double>();
    if (std::trunc(number) != number || std::abs(number) > largest_exact) return {};
    return static_cast<std::int64_t>(number);
}

std::string id_of(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    const auto number = whole_number(value);
    return number ? std::to_string(*number) : std::string();
}

bool is_set(const Json& value) {
    switch (value.type()) {
    case Json::value_t::null:
        return false;
    case Json::value_t::boolean:
        return value.get<bool>();
    case Json::value_t::string:
        return !value.get_ref<const std::string&>().empty();
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
        return value.get<double>() != 0;
    default:
        return true;
    }
}

Json with_plain_numbers(Json value) {
    if (value.is_number_float()) {
        const auto whole = whole_number(value);
        return whole ? Json(*whole) : value;
    }
    if (value.is_structured())
        for (Json& inner : value)
            inner = with_plain_numbers(std::move(inner));
    return value;
}

}  // namespace easel::workflows
