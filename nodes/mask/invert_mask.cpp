#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct InvertMask {
    Mask mask;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "image/mask";
        s.display_name = "Invert Mask";
        s.search_aliases = {"reverse mask", "flip mask"};
        s.in("mask", &InvertMask::mask);
    }

    Mask execute() const { return {1.0 - mask.values}; }
};

}  // namespace

void register_invert_mask(Registry& registry) { registry.add<InvertMask>("InvertMask"); }

}  // namespace easel::nodes
