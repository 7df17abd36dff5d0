#include "graph/value.hpp"

#include "base/python_repr.hpp"

#include <atomic>

namespace easel::graph {

std::uint64_t Value::next_id() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

Value Value::from_json(const Json& json) {
    switch (json.type()) {
    case Json::value_t::null:
        return Value();
    case Json::value_t::boolean:
        return Value(json.get<bool>());
    case Json::value_t::number_integer:
        return Value(json.get<std::int64_t>());
    case Json::value_t::number_unsigned: {
        const auto number = json.get<std::uint64_t>();
        return number > INT64_MAX ? Value(number) : Value(static_cast<std::int64_t>(number));
    }
    case Json::value_t::number_float:
        return Value(json.get<double>());
    case Json::value_t::string:
        return Value(json.get_ref<const std::string&>());
    default:
        return Value(json);
    }
}

std::optional<Json> Value::to_json() const {
    if (empty()) return Json(nullptr);
    if (const auto* flag = get_if<bool>()) return Json(*flag);
    if (const auto* number = get_if<std::int64_t>()) return Json(*number);
    if (const auto* number = get_if<std::uint64_t>()) return Json(*number);
    if (const auto* number = get_if<double>()) return Json(*number);
    if (const auto* text = get_if<std::string>()) return Json(*text);
    if (const auto* json = get_if<Json>()) return *json;
    return std::nullopt;
}

std::string Value::str() const {
    if (const auto json = to_json()) return python_str(*json);
    return "<" + std::string(box_->socket.empty() ? std::string_view(box_->type->name()) : box_->socket) + ">";
}

}  // namespace easel::graph
