// The typed set of things a node may use (Folders, Engine, ...). Filled once at start by the composition root.
#pragma once

#include "base/error.hpp"

#include <string>
#include <typeindex>
#include <typeinfo>
#include <unordered_map>

namespace easel::graph {

// Holds references only: every service outlives it. Const after start-up, so it may be read from any thread.
class Services {
public:
    template <class T>
    void add(T& service) {
        services_[typeid(T)] = &service;
    }

    template <class T>
    T* find() const {
        auto found = services_.find(typeid(T));
        return found == services_.end() ? nullptr : static_cast<T*>(found->second);
    }

    // Throws when this program was put together without the service.
    template <class T>
    T& use() const {
        if (T* service = find<T>()) return *service;
        throw Error(std::string("this program has no service ") + typeid(T).name());
    }

private:
    std::unordered_map<std::type_index, void*> services_;
};

}  // namespace easel::graph
