// A datum on a link: an immutable, shared, typed box. Empty means Python's None.
#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace easel::graph {

// In place of a value: nodes that would receive it do not run. Without a message it is silent; with one, the
// message is reported once per consumer.
struct Blocker {
    std::optional<std::string> message;
};

// Copies share the content and nobody writes through one, so a cached output stays what it was.
// Scalars from JSON are boxed as bool, std::int64_t, std::uint64_t (only above 2^63-1), double or std::string;
// JSON arrays and objects as Json.
class Value {
public:
    Value() = default;

    template <class T>
        requires(!std::is_same_v<std::decay_t<T>, Value>)
    explicit Value(T&& content) : box_(make(std::forward<T>(content))) {}

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

    // Scalars, strings and Json as JSON; null when empty; nothing for any other content.
    std::optional<Json> to_json() const;

    // What Python's str() shows for scalars, JSON and None; "<TYPE>" for anything else.
    std::string str() const;

private:
    struct Box {
        std::uint64_t id;
        const std::type_info* type;
        std::shared_ptr<const void> content;
    };

    static std::uint64_t next_id();

    template <class T>
    static std::shared_ptr<const Box> make(T&& content) {
        using Content = std::decay_t<T>;
        return std::make_shared<const Box>(
            Box{next_id(), &typeid(Content), std::make_shared<const Content>(std::forward<T>(content))});
    }

    std::shared_ptr<const Box> box_;
};

}  // namespace easel::graph
