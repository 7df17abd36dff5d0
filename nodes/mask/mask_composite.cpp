#include "nodes/choices.hpp"
#include "nodes/mask/mask_batch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct MaskComposite {
    Mask destination;
    Mask source;
    std::int64_t x = 0;
    std::int64_t y = 0;
    std::string operation;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "image/mask";
        s.display_name = "Combine Masks";
        s.search_aliases = {"combine masks", "blend masks", "layer masks", "masks composition"};
        s.in("destination", &MaskComposite::destination);
        s.in("source", &MaskComposite::source);
        s.in("x", &MaskComposite::x).range(0, 16384).step(1);
        s.in("y", &MaskComposite::y).range(0, 16384).step(1);
        s.in("operation", &MaskComposite::operation)
            .choices(one_of({"multiply", "add", "subtract", "and", "or", "xor"}));
    }

    Mask execute() const { return {combined(destination.values, source.values, x, y, operation)}; }
};

}  // namespace

void register_mask_composite(Registry& registry) { registry.add<MaskComposite>("MaskComposite"); }

}  // namespace easel::nodes
