#include "graph/autogrow.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CreateList {
    graph::Autogrow<List<Value>> inputs;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_toolkit";
        s.category = "utilities";
        s.display_name = "Create List";
        s.search_aliases = {"Image Iterator", "Text Iterator", "Iterator"};
        graph::grow(s.in("inputs", &CreateList::inputs).spec(),
                    {.element = "input",
                     .prefix = "input",
                     .element_options = {{"template", {{"template_id", "type"}, {"allowed_types", "*"}}}},
                     .element_type = "COMFY_MATCHTYPE_V3"});
        graph::OutputSpec& list = s.out("list");
        list.type = "COMFY_MATCHTYPE_V3";
        list.match_template = "type";
    }

    List<Value> execute() const {
        List<Value> all;
        for (const auto& [name, list] : inputs.values)
            all.insert(all.end(), list.begin(), list.end());
        return all;
    }
};

}  // namespace

void register_create_list(Registry& registry) { registry.add<CreateList>("CreateList"); }

}  // namespace easel::nodes
