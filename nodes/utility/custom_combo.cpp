#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CustomCombo {
    std::string choice;
    std::int64_t index = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_logic";
        s.category = "utilities";
        s.display_name = "Custom Combo";
        s.experimental = true;
        s.in("choice", &CustomCombo::choice).choices(one_of({}));
        // The widgets of this node are the frontend's: nothing about them is known here.
        s.accepts_any_input = true;
        s.checks_every_input = true;
        s.binders.push_back([](void* node, const graph::Arguments& arguments) {
            if (const Value* value = graph::single(arguments, "index"))
                static_cast<CustomCombo*>(node)->index = graph::unbox_int(*value, "index");
        });
        s.out("STRING");
        s.out("INDEX");
    }

    std::tuple<std::string, std::int64_t> execute() const { return {choice, index}; }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }
};

}  // namespace

void register_custom_combo(Registry& registry) { registry.add<CustomCombo>("CustomCombo"); }

}  // namespace easel::nodes
