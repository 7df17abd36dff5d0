#include "nodes/types.hpp"

#include <string_view>
#include <vector>

namespace easel::nodes {
namespace {

struct ComfySwitchNode {
    bool switch_ = false;
    Lazy<Value> on_false;
    Lazy<Value> on_true;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_logic";
        s.category = "utilities/logic";
        s.display_name = "If/Else Switch";
        s.experimental = true;
        s.search_aliases = {"if", "then", "switch", "conditional", "branch"};
        s.in("switch", &ComfySwitchNode::switch_).no_default();
        s.in("on_false", &ComfySwitchNode::on_false)
            .type("COMFY_MATCHTYPE_V3")
            .option("template", Json::parse(R"({"template_id": "switch", "allowed_types": "*"})"));
        s.in("on_true", &ComfySwitchNode::on_true)
            .type("COMFY_MATCHTYPE_V3")
            .option("template", Json::parse(R"({"template_id": "switch", "allowed_types": "*"})"));
        graph::OutputSpec& output = s.out("output");
        output.type = "COMFY_MATCHTYPE_V3";
        output.match_template = "switch";
    }

    std::vector<std::string_view> wanted() const {
        const Lazy<Value>& chosen = switch_ ? on_true : on_false;
        if (chosen.computed) return {};
        return {switch_ ? "on_true" : "on_false"};
    }

    Value execute() const { return switch_ ? on_true.value : on_false.value; }
};

}  // namespace

void register_comfy_switch_node(Registry& registry) { registry.add<ComfySwitchNode>("ComfySwitchNode"); }

}  // namespace easel::nodes
