#include "graph/fields.hpp"

#include <cmath>

namespace easel::graph {

namespace {

std::string content_name(const Value& value) {
    if (value.empty()) return "None";
    if (value.is_blocked()) return "a blocker";
    if (const auto json = value.to_json()) {
        switch (json->type()) {
        case Json::value_t::boolean:
            return "BOOLEAN";
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
            return "INT";
        case Json::value_t::number_float:
            return "FLOAT";
        case Json::value_t::string:
            return "STRING";
        case Json::value_t::array:
            return "a list";
        default:
            return "an object";
        }
    }
    const std::string shown = value.str();
    return shown.substr(1, shown.size() - 2);
}

bool is_whole(double number, double least, double beyond) {
    return std::isfinite(number) && number == std::floor(number) && number >= least && number < beyond;
}

}  // namespace

void refuse_content(const Value& value, std::string_view input, std::string_view wanted) {
    throw NamedError("TypeError",
                     "input " + std::string(input) + " takes " + std::string(wanted) + ", not " + content_name(value));
}

bool unbox_bool(const Value& value, std::string_view input) {
    if (const auto* flag = value.get_if<bool>()) return *flag;
    if (const auto* number = value.get_if<std::int64_t>()) return *number != 0;
    if (const auto* number = value.get_if<std::uint64_t>()) return *number != 0;
    if (const auto* number = value.get_if<double>()) return *number != 0;
    refuse_content(value, input, "BOOLEAN");
}

std::int64_t unbox_int(const Value& value, std::string_view input) {
    if (const auto* number = value.get_if<std::int64_t>()) return *number;
    if (const auto* flag = value.get_if<bool>()) return *flag ? 1 : 0;
    if (const auto* number = value.get_if<std::uint64_t>(); number && *number <= INT64_MAX)
        return static_cast<std::int64_t>(*number);
    if (const auto* number = value.get_if<double>(); number && is_whole(*number, -0x1p63, 0x1p63))
        return static_cast<std::int64_t>(*number);
    refuse_content(value, input, "INT");
}

std::uint64_t unbox_unsigned(const Value& value, std::string_view input) {
    if (const auto* number = value.get_if<std::uint64_t>()) return *number;
    if (const auto* number = value.get_if<std::int64_t>(); number && *number >= 0)
        return static_cast<std::uint64_t>(*number);
    if (const auto* flag = value.get_if<bool>()) return *flag ? 1 : 0;
    if (const auto* number = value.get_if<double>(); number && is_whole(*number, 0, 0x1p64))
        return static_cast<std::uint64_t>(*number);
    refuse_content(value, input, "a non-negative INT");
}

double unbox_double(const Value& value, std::string_view input) {
    if (const auto* number = value.get_if<double>()) return *number;
    if (const auto* number = value.get_if<std::int64_t>()) return static_cast<double>(*number);
    if (const auto* number = value.get_if<std::uint64_t>()) return static_cast<double>(*number);
    if (const auto* flag = value.get_if<bool>()) return *flag ? 1.0 : 0.0;
    refuse_content(value, input, "FLOAT");
}

std::string unbox_string(const Value& value, std::string_view input) {
    if (const auto* text = value.get_if<std::string>()) return *text;
    const bool is_scalar =
        value.get_if<bool>() || value.get_if<std::int64_t>() || value.get_if<std::uint64_t>() || value.get_if<double>();
    if (is_scalar) return value.str();
    refuse_content(value, input, "STRING");
}

Json unbox_json(const Value& value, std::string_view input) {
    if (auto json = value.to_json()) return std::move(*json);
    refuse_content(value, input, "a plain value");
}

const Value* single(const Arguments& arguments, std::string_view name) {
    const Argument* argument = arguments.find(name);
    return argument && argument->computed && !argument->values.empty() ? &argument->values.front() : nullptr;
}

void bind_hidden(Json& field, const std::string& name, const Arguments& arguments) {
    if (const Value* value = single(arguments, name)) field = unbox_json(*value, name);
}

void bind_hidden(std::optional<Json>& field, const std::string& name, const Arguments& arguments) {
    const Value* value = single(arguments, name);
    if (value && !value->empty())
        field = unbox_json(*value, name);
    else
        field.reset();
}

void bind_hidden(std::string& field, const std::string& name, const Arguments& arguments) {
    const Value* value = single(arguments, name);
    if (value && !value->empty()) field = unbox_string(*value, name);
}

}  // namespace easel::graph
