#include "inference/image/morphology.hpp"
#include "nodes/mask/mask_batch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct GrowMask {
    Mask mask;
    std::int64_t expand = 0;
    bool tapered_corners = true;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "image/mask";
        s.display_name = "Grow Mask";
        s.search_aliases = {"expand mask", "shrink mask"};
        s.in("mask", &GrowMask::mask);
        s.in("expand", &GrowMask::expand).range(-16384, 16384).step(1);
        s.in("tapered_corners", &GrowMask::tapered_corners).advanced();
    }

    Mask execute() const {
        const auto corners = tapered_corners ? inference::Corners::tapered : inference::Corners::square;
        return {inference::grow(as_batch(mask.values), expand, corners)};
    }
};

}  // namespace

void register_grow_mask(Registry& registry) { registry.add<GrowMask>("GrowMask"); }

}  // namespace easel::nodes
