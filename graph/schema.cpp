#include "graph/schema.hpp"

#include "base/error.hpp"

namespace easel::graph {

InputSpec& Schema::add_input(std::string name) {
    for (const InputSpec& input : inputs)
        if (input.name == name) throw Error("input " + name + " is declared twice");
    InputSpec& spec = inputs.emplace_back();
    spec.name = std::move(name);
    return spec;
}

}  // namespace easel::graph
