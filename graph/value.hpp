// A datum on a link: an immutable, shared, typed box. Empty means Python's None.
#pragma once

#include "base/json.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace easel::graph {

// In place of a value: nodes that would receive it do not run. Without a message it is silent; with one, the
// message is reported once per consumer.
struct Blocker {
    std::optional<std::string> message;
};

// What content takes up, for caches that give memory back. A type says so by a function beside it, found by its
// argument: `Footprint footprint(const T&)`. Types without one count as nothing.
struct Footprint {
    std::size_t bytes = 0;    // main memory
    bool goes_first = false;  // the first to be given up when no prompt uses it: networks and their weights
};

// Copies share the content and nobody writes through one, so a cached output stays what it was.
// Scalars from JSON are boxed as bool, std::int64_t, std::uint64_t (only above 2^63-1), double or std::string;
// JSON arrays and objects as Json.
// A number of another width is widened to one of these, and text of any kind becomes std::string.
class Value {
public:
    Value() = default;

    template <class T>
        requires(!std::is_same_v<std::decay_t<T>, Value>)
    explicit Value(T&& content) : box_(make<Boxed<std::decay_t<T>>>(std::forward<T>(content))) {}

    // The content if it has exactly this type, else null.
    template <class T>
    const T* get_if() const {
        return box_ && *box_->type == typeid(T) ? static_cast<const T*>(box_->content.get()) : nullptr;
    }

    bool empty() const { return !box_; }
    bool is_blocked() const { return get_if<Blocker>() != nullptr; }

    // Different for every box ever made, the same for its copies; 0 when empty.
    std::uint64_t id() const { return box_ ? box_->id : 0; }

    // typeid(void) when empty.
    const std::type_info& type() const { return box_ ? *box_->type : typeid(void); }

    static Value from_json(const Json& json);

    // Scalars, strings and Json as JSON; null when empty; nothing for any other content. Cheap for scalars only.
    std::optional<Json> to_json() const;

    // What Python's str() shows for scalars, JSON and None; "<IMAGE>", the socket's name, for anything else.
    std::string str() const;

    // As it was when the content was boxed.
    Footprint memory() const { return box_ ? box_->memory : Footprint{}; }

private:
    struct Box {
        std::uint64_t id;
        const std::type_info* type;
        std::string_view socket;  // empty when the type does not name one
        Footprint memory;
        std::shared_ptr<const void> content;
    };

    static std::uint64_t next_id();

    template <class T>
    static auto boxed_type() {
        if constexpr (std::is_same_v<T, bool>)
            return std::type_identity<bool>{};
        else if constexpr (std::is_floating_point_v<T>)
            return std::type_identity<double>{};
        else if constexpr (std::is_unsigned_v<T>)
            return std::type_identity<std::uint64_t>{};
        else if constexpr (std::is_integral_v<T>)
            return std::type_identity<std::int64_t>{};
        else if constexpr (std::is_same_v<T, const char*> || std::is_same_v<T, char*> ||
                           std::is_same_v<T, std::string_view>)
            return std::type_identity<std::string>{};
        else
            return std::type_identity<T>{};
    }
    template <class T>
    using Boxed = typename decltype(boxed_type<T>())::type;

    template <class Content, class T>
    static std::shared_ptr<const Box> make(T&& content) {
        auto shared = std::make_shared<const Content>(static_cast<Content>(std::forward<T>(content)));
        std::string_view socket;
        if constexpr (requires { std::string_view(Content::socket); }) socket = Content::socket;
        Footprint memory;
        if constexpr (requires(const Content& c) { Footprint(footprint(c)); }) memory = footprint(*shared);
        return std::make_shared<const Box>(Box{next_id(), &typeid(Content), socket, memory, std::move(shared)});
    }

    std::shared_ptr<const Box> box_;
};

}  // namespace easel::graph
