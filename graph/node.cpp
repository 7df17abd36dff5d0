#include "graph/node.hpp"

namespace easel::graph {

const Json& ConstantInputs::operator[](std::string_view name) const {
    static const Json absent;
    const auto found = values.find(std::string(name));
    return found == values.end() ? absent : *found;
}

namespace detail {

void complete_record(Schema& schema, std::vector<OutputSpec> returned) {
    auto& named = schema.outputs_named;
    if (named.size() > returned.size()) throw Error("more outputs are named than execute returns");
    for (std::size_t i = 0; i < named.size(); ++i) {
        OutputSpec& output = returned[i];
        output.name = named[i].name;
        if (!named[i].type.empty()) output.type = named[i].type;
        output.is_list = output.is_list || named[i].is_list;
        output.tooltip = named[i].tooltip;
        output.match_template = named[i].match_template;
    }
    for (OutputSpec& output : returned)
        if (output.name.empty()) output.name = output.type;
    schema.outputs = std::move(returned);
}

}  // namespace detail

}  // namespace easel::graph
