#include "inference/model_patches/anima_lllite.hpp"
#include "nodes/model_patch_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct AnimaLLLiteApply {
    Model model;
    ModelPatch model_patch;
    Image image;
    double strength = 1.0;
    double start_percent = 0.0;
    double end_percent = 1.0;
    std::optional<Mask> mask;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_patch";
        s.category = "model_patches/anima";
        s.display_name = "Apply Anima LLLite";
        s.experimental = true;
        s.in("model", &AnimaLLLiteApply::model);
        s.in("model_patch", &AnimaLLLiteApply::model_patch);
        s.in("image", &AnimaLLLiteApply::image);
        s.in("strength", &AnimaLLLiteApply::strength).range(-10.0, 10.0).step(0.01);
        s.in("start_percent", &AnimaLLLiteApply::start_percent).range(0.0, 1.0).step(0.001);
        s.in("end_percent", &AnimaLLLiteApply::end_percent).range(0.0, 1.0).step(0.001);
        s.in("mask", &AnimaLLLiteApply::mask);
    }

    Model execute() const {
        inference::LllitePicture picture{.pixels = image.pixels.slice(-1, 0, 3),
                                         .strength = strength,
                                         .start_percent = start_percent,
                                         .end_percent = end_percent};
        if (mask) picture.mask = mask->values;
        return inference::with_lllite(model, as_kind<inference::AnimaLllite>(model_patch, "an Anima LLLite"),
                                      std::move(picture));
    }
};

}  // namespace

void register_anima_ll_lite_apply(Registry& registry) { registry.add<AnimaLLLiteApply>("AnimaLLLiteApply"); }

}  // namespace easel::nodes

