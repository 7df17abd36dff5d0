// How each type of field binds to the arguments of a call: one specialisation per kind, shared by all nodes.
#pragma once

#include "base/error.hpp"
#include "graph/arguments.hpp"
#include "graph/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace easel::graph {

// Unboxing widens as Python would: INT into FLOAT, BOOLEAN into either, a whole FLOAT into INT.
// Throws NamedError("TypeError") naming the input and both types when the content does not fit.
bool unbox_bool(const Value&, std::string_view input);
std::int64_t unbox_int(const Value&, std::string_view input);
std::uint64_t unbox_unsigned(const Value&, std::string_view input);
double unbox_double(const Value&, std::string_view input);
std::string unbox_string(const Value&, std::string_view input);  // a scalar is printed as Python's str()
Json unbox_json(const Value&, std::string_view input);
[[noreturn]] void refuse_content(const Value&, std::string_view input, std::string_view wanted);

template <class T>
inline constexpr bool is_union_v = false;
template <class... T>
inline constexpr bool is_union_v<std::variant<T...>> = true;

template <class... T>
std::variant<T...> unbox_union(const Value& value, std::string_view input, std::type_identity<std::variant<T...>>) {
    std::optional<std::variant<T...>> found;
    auto take = [&](const auto* content) {
        if (content && !found) found.emplace(*content);
    };
    (take(value.get_if<T>()), ...);
    if (!found) refuse_content(value, input, socket_name<std::variant<T...>>);
    return *found;
}

template <class T>
T unbox(const Value& value, std::string_view input) {
    if constexpr (std::is_same_v<T, bool>)
        return unbox_bool(value, input);
    else if constexpr (std::is_same_v<T, std::int64_t>)
        return unbox_int(value, input);
    else if constexpr (std::is_same_v<T, std::uint64_t>)
        return unbox_unsigned(value, input);
    else if constexpr (std::is_same_v<T, double>)
        return unbox_double(value, input);
    else if constexpr (std::is_same_v<T, std::string>)
        return unbox_string(value, input);
    else if constexpr (std::is_same_v<T, Value>)
        return value;
    else if constexpr (std::is_same_v<T, Json>)
        return unbox_json(value, input);
    else if constexpr (is_union_v<T>)
        return unbox_union(value, input, std::type_identity<T>{});
    else {
        if (const T* content = value.get_if<T>()) return *content;
        refuse_content(value, input, socket_name<T>);
    }
}

// The one value of a named argument, or null when the prompt does not give it.
const Value* single(const Arguments&, std::string_view name);

template <class T>
std::optional<Json> initial_of(const T& value) {
    if constexpr (is_widget_v<T>) return Json(value);
    return std::nullopt;
}

template <class T>
struct FieldKind {
    using Inner = T;
    static constexpr std::string_view socket = socket_name<T>;
    static constexpr bool optional = false, lazy = false, takes_lists = false;
    static std::optional<Json> initial(const T& value) { return initial_of(value); }
    static void bind(T& field, const std::string& name, const Arguments& arguments) {
        if (const Value* value = single(arguments, name)) field = unbox<T>(*value, name);
    }
};

template <class T>
struct FieldKind<std::optional<T>> {
    using Inner = T;
    static constexpr std::string_view socket = socket_name<T>;
    static constexpr bool optional = true, lazy = false, takes_lists = false;
    static std::optional<Json> initial(const std::optional<T>& value) {
        return value ? initial_of(*value) : std::nullopt;
    }
    static void bind(std::optional<T>& field, const std::string& name, const Arguments& arguments) {
        const Value* value = single(arguments, name);
        if (value && !value->empty())
            field = unbox<T>(*value, name);
        else
            field.reset();
    }
};

template <class T>
struct FieldKind<Lazy<T>> {
    using Inner = T;
    static constexpr std::string_view socket = socket_name<T>;
    static constexpr bool optional = false, lazy = true, takes_lists = false;
    static std::optional<Json> initial(const Lazy<T>&) { return std::nullopt; }
    static void bind(Lazy<T>& field, const std::string& name, const Arguments& arguments) {
        const Argument* argument = arguments.find(name);
        if (!argument || !argument->computed || argument->values.empty()) return;
        field.computed = true;
        field.value = argument->values.front();
    }
};

template <class T>
struct FieldKind<List<T>> {
    using Inner = T;
    static constexpr std::string_view socket = socket_name<T>;
    static constexpr bool optional = false, lazy = false, takes_lists = true;
    static std::optional<Json> initial(const List<T>& value) {
        return value.empty() ? std::nullopt : initial_of(value.front());
    }
    static void bind(List<T>& field, const std::string& name, const Arguments& arguments) {
        const Argument* argument = arguments.find(name);
        if (!argument) return;
        field.clear();
        for (const Value& value : argument->values)
            field.push_back(unbox<T>(value, name));
    }
};

void bind_hidden(Json& field, const std::string& name, const Arguments& arguments);
void bind_hidden(std::optional<Json>& field, const std::string& name, const Arguments& arguments);
void bind_hidden(std::string& field, const std::string& name, const Arguments& arguments);

}  // namespace easel::graph
