// The name that a C++ type has on the wire. A type of ours names itself: static constexpr std::string_view socket.
#pragma once

#include "graph/value.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace easel::graph {

template <class T>
concept NamesItsSocket = requires {
    { T::socket } -> std::convertible_to<std::string_view>;
};

template <class T>
struct SocketOf {
    static_assert(NamesItsSocket<T>, "a type on a link needs: static constexpr std::string_view socket = \"NAME\";");
    static constexpr std::string_view name = T::socket;
};

template <>
struct SocketOf<bool> {
    static constexpr std::string_view name = "BOOLEAN";
};
template <>
struct SocketOf<std::int64_t> {
    static constexpr std::string_view name = "INT";
};
template <>
struct SocketOf<std::uint64_t> {
    static constexpr std::string_view name = "INT";
};
template <>
struct SocketOf<double> {
    static constexpr std::string_view name = "FLOAT";
};
template <>
struct SocketOf<std::string> {
    static constexpr std::string_view name = "STRING";
};
template <>
struct SocketOf<Value> {
    static constexpr std::string_view name = "*";
};
template <>
struct SocketOf<Json> {
    static constexpr std::string_view name = "*";
};

// A union of types: "STRING,INT".
template <class... T>
struct SocketOf<std::variant<T...>> {
    static constexpr auto text = [] {
        std::array<char, ((SocketOf<T>::name.size() + 1) + ...)> joined{};
        std::size_t at = 0;
        auto append = [&](std::string_view part) {
            for (char c : part)
                joined[at++] = c;
            if (at < joined.size()) joined[at++] = ',';
        };
        (append(SocketOf<T>::name), ...);
        return joined;
    }();
    static constexpr std::string_view name{text.data(), text.size() - 1};
};

template <class T>
inline constexpr std::string_view socket_name = SocketOf<T>::name;

// True when a link of type `given` may feed an input of type `wanted`: equal, either one "*" or COMFY_MATCHTYPE_V3, or
// any of the comma-separated parts in common (ComfyUI's validate_node_input with strict = false).
bool types_overlap(std::string_view given, std::string_view wanted);

// Wrappers that say how an input is fed. See docs/architecture.md, "Values and types".

// Computed only when `wanted` asks for it.
template <class T>
struct Lazy {
    Value value;  // empty until computed
    bool computed = false;
    // The content, or null while it is not computed.
    const T* get() const {
        if (!computed) return nullptr;
        if constexpr (std::is_same_v<T, Value>)
            return &value;
        else
            return value.get_if<T>();
    }
};

// The whole list in one call (any List field makes the node INPUT_IS_LIST); as a return type, OUTPUT_IS_LIST.
template <class T>
struct List : std::vector<T> {
    using std::vector<T>::vector;
};

// Undeclared inputs that the prompt links to the node, in the prompt's order.
struct Rest {
    std::vector<std::pair<std::string, Value>> values;
};

}  // namespace easel::graph
