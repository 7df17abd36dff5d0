#include "nodes/mask/mask_batch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct FeatherMask {
    Mask mask;
    std::int64_t left = 0;
    std::int64_t top = 0;
    std::int64_t right = 0;
    std::int64_t bottom = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "image/mask";
        s.display_name = "Feather Mask";
        s.search_aliases = {"soft edge mask", "blur mask edges", "gradient mask edge"};
        s.in("mask", &FeatherMask::mask);
        s.in("left", &FeatherMask::left).range(0, 16384).step(1);
        s.in("top", &FeatherMask::top).range(0, 16384).step(1);
        s.in("right", &FeatherMask::right).range(0, 16384).step(1);
        s.in("bottom", &FeatherMask::bottom).range(0, 16384).step(1);
    }

    Mask execute() const {
        Tensor feathered = as_batch(mask.values).clone();
        fade_edge(feathered, 2, left, Edge::first);
        fade_edge(feathered, 2, right, Edge::last);
        fade_edge(feathered, 1, top, Edge::first);
        fade_edge(feathered, 1, bottom, Edge::last);
        return {feathered};
    }
};

}  // namespace

void register_feather_mask(Registry& registry) { registry.add<FeatherMask>("FeatherMask"); }

}  // namespace easel::nodes
