#include "inference/guidance/unet_patches.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct HyperTile {
    Model model;
    std::int64_t tile_size = 256;
    std::int64_t swap_size = 2;
    std::int64_t max_depth = 0;
    bool scale_depth = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hypertile";
        s.category = "model/patch/unet";
        s.in("model", &HyperTile::model);
        s.in("tile_size", &HyperTile::tile_size).range(1, 2048).advanced();
        s.in("swap_size", &HyperTile::swap_size).range(1, 128).advanced();
        s.in("max_depth", &HyperTile::max_depth).range(0, 10).advanced();
        s.in("scale_depth", &HyperTile::scale_depth).advanced();
    }

    Model execute() const {
        return inference::hyper_tile(
            model,
            {.tile_size = tile_size, .swap_size = swap_size, .max_depth = max_depth, .scale_depth = scale_depth});
    }
};

}  // namespace

void register_hyper_tile(Registry& registry) { registry.add<HyperTile>("HyperTile"); }

}  // namespace easel::nodes
