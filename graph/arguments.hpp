// The arguments of one call of a node, by input name, in the prompt's order.
#pragma once

#include "graph/value.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace easel::graph {

struct Argument {
    std::string name;
    std::vector<Value> values;  // exactly one, except in a node that takes lists
    bool declared = true;       // false: linked in the prompt, unknown to the schema
    bool computed = true;       // false: a lazy input whose source has not run
};

class Arguments {
public:
    void add(Argument argument) { arguments_.push_back(std::move(argument)); }

    const Argument* find(std::string_view name) const;
    const std::vector<Argument>& all() const { return arguments_; }
    std::vector<std::pair<std::string, Value>> undeclared() const;

private:
    std::vector<Argument> arguments_;
};

}  // namespace easel::graph
