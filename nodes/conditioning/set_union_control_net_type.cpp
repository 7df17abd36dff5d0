#include "nodes/choices.hpp"
#include "nodes/control_net_socket.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <array>

namespace easel::nodes {
namespace {

// In the order of the numbers that the networks know them by.
constexpr std::array<std::string_view, 8> union_kinds{
    "openpose", "depth",  "hed/pidi/scribble/ted", "canny/lineart/anime_lineart/mlsd", "normal", "segment",
    "tile",     "repaint"};

struct SetUnionControlNetType {
    inference::ControlNet control_net;
    std::string type;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_controlnet";
        s.category = "model/conditioning/controlnet";
        s.display_name = "Set Union ControlNet Type";
        s.search_aliases = {"set controlnet type", "union controlnet type"};
        s.in("control_net", &SetUnionControlNetType::control_net);
        std::vector<std::string_view> names{"auto"};
        names.insert(names.end(), union_kinds.begin(), union_kinds.end());
        s.in("type", &SetUnionControlNetType::type).choices(one_of(names));
    }

    inference::ControlNet execute() const {
        const auto found = std::ranges::find(union_kinds, std::string_view(type));
        if (found == union_kinds.end()) return control_net.with_types({});
        return control_net.with_types({found - union_kinds.begin()});
    }
};

}  // namespace

void register_set_union_control_net_type(Registry& registry) {
    registry.add<SetUnionControlNetType>("SetUnionControlNetType");
}

}  // namespace easel::nodes
