#include "graph/registry.hpp"

#include "base/error.hpp"

namespace easel::graph {

void Registry::add(std::string id, NodeDef def) {
    const NodeRecord& record = def.record;
    if (def.validate && record.checked_inputs.empty() && !record.checks_every_input && !record.checks_input_types)
        throw Error("node " + id + " has validate() but does not say which inputs it checks (checked_inputs)");
    def.record.id = id;
    auto owned = std::make_unique<NodeDef>(std::move(def));
    const NodeDef* added = owned.get();
    if (!by_id_.try_emplace(std::move(id), std::move(owned)).second)
        throw Error("two nodes are called " + added->record.id);
    order_.push_back(added);
}

const NodeDef* Registry::find(std::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second.get();
}

}  // namespace easel::graph
