#include "nodes/mask/mask_batch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CropMask {
    Mask mask;
    std::int64_t x = 0;
    std::int64_t y = 0;
    std::int64_t width = 512;
    std::int64_t height = 512;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "image/mask";
        s.display_name = "Crop Mask";
        s.search_aliases = {"cut mask", "extract mask region", "mask slice"};
        s.in("mask", &CropMask::mask);
        s.in("x", &CropMask::x).range(0, 16384).step(1);
        s.in("y", &CropMask::y).range(0, 16384).step(1);
        s.in("width", &CropMask::width).range(1, 16384).step(1);
        s.in("height", &CropMask::height).range(1, 16384).step(1);
    }

    Mask execute() const { return {as_batch(mask.values).slice(1, y, y + height).slice(2, x, x + width)}; }
};

}  // namespace

void register_crop_mask(Registry& registry) { registry.add<CropMask>("CropMask"); }

}  // namespace easel::nodes
