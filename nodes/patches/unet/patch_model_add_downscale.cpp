#include "inference/guidance/unet_patches.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PatchModelAddDownscale {
    Model model;
    std::int64_t block_number = 3;
    double downscale_factor = 2.0;
    double start_percent = 0.0;
    double end_percent = 0.35;
    bool downscale_after_skip = true;
    std::string downscale_method;
    std::string upscale_method;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_model_downscale";
        s.category = "model/patch/unet";
        s.display_name = "PatchModelAddDownscale (Kohya Deep Shrink)";
        s.in("model", &PatchModelAddDownscale::model);
        s.in("block_number", &PatchModelAddDownscale::block_number).range(1, 32).step(1).advanced();
        s.in("downscale_factor", &PatchModelAddDownscale::downscale_factor).range(0.1, 9.0).step(0.001);
        s.in("start_percent", &PatchModelAddDownscale::start_percent).range(0.0, 1.0).step(0.001).advanced();
        s.in("end_percent", &PatchModelAddDownscale::end_percent).range(0.0, 1.0).step(0.001).advanced();
        s.in("downscale_after_skip", &PatchModelAddDownscale::downscale_after_skip).advanced();
        s.in("downscale_method", &PatchModelAddDownscale::downscale_method)
            .choices(one_of({"bicubic", "nearest-exact", "bilinear", "area", "bislerp"}));
        s.in("upscale_method", &PatchModelAddDownscale::upscale_method)
            .choices(one_of({"bicubic", "nearest-exact", "bilinear", "area", "bislerp"}));
    }

    Model execute() const {
        return inference::deep_shrink(model, {.block = block_number,
                                              .factor = downscale_factor,
                                              .start_percent = start_percent,
                                              .end_percent = end_percent,
                                              .after_skip = downscale_after_skip,
                                              .shrink_method = downscale_method,
                                              .grow_method = upscale_method});
    }
};

}  // namespace

void register_patch_model_add_downscale(Registry& registry) {
    registry.add<PatchModelAddDownscale>("PatchModelAddDownscale");
}

}  // namespace easel::nodes
