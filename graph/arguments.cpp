#include "graph/arguments.hpp"

namespace easel::graph {

const Argument* Arguments::find(std::string_view name) const {
    for (const Argument& argument : arguments_)
        if (argument.name == name) return &argument;
    return nullptr;
}

std::vector<std::pair<std::string, Value>> Arguments::undeclared() const {
    std::vector<std::pair<std::string, Value>> result;
    for (const Argument& argument : arguments_) {
        if (argument.declared || argument.values.empty()) continue;
        result.emplace_back(argument.name, argument.values.front());
    }
    return result;
}

}  // namespace easel::graph
