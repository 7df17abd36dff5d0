#include "nodes/three_d/splat/splat_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TransformSplat {
    inference::Splats splat;
    double translate_x = 0.0;
    double translate_y = 0.0;
    double translate_z = 0.0;
    double rotate_x = 0.0;
    double rotate_y = 0.0;
    double rotate_z = 0.0;
    double scale_x = 1.0;
    double scale_y = 1.0;
    double scale_z = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_gaussian_splat";
        s.category = "3d/splat";
        s.display_name = "Transform Splat";
        s.description = "Translate, rotate, and scale a gaussian splat. Non-uniform scale also reshapes every "
                        "individual splat, slower process.";
        s.search_aliases = {"move splat", "rotate splat", "scale splat", "gaussian transform"};
        s.in("splat", &TransformSplat::splat);
        s.in("translate_x", &TransformSplat::translate_x).range(-100.0, 100.0).step(0.01);
        s.in("translate_y", &TransformSplat::translate_y).range(-100.0, 100.0).step(0.01);
        s.in("translate_z", &TransformSplat::translate_z).range(-100.0, 100.0).step(0.01);
        s.in("rotate_x", &TransformSplat::rotate_x).range(-360.0, 360.0).step(1.0);
        s.in("rotate_y", &TransformSplat::rotate_y).range(-360.0, 360.0).step(1.0);
        s.in("rotate_z", &TransformSplat::rotate_z).range(-360.0, 360.0).step(1.0);
        s.in("scale_x", &TransformSplat::scale_x).range(0.01, 100.0).step(0.01);
        s.in("scale_y", &TransformSplat::scale_y).range(0.01, 100.0).step(0.01);
        s.in("scale_z", &TransformSplat::scale_z).range(0.01, 100.0).step(0.01);
        s.out("splat");
    }

    inference::Splats execute() const {
        inference::Splats result;
        for (const inference::Splat& item : splat)
            result.push_back(inference::placed(item, {.rotation = {rotate_x, rotate_y, rotate_z},
                                                      .scale = {scale_x, scale_y, scale_z},
                                                      .translation = {translate_x, translate_y, translate_z}}));
        return result;
    }
};

}  // namespace

void register_transform_splat(Registry& registry) { registry.add<TransformSplat>("TransformSplat"); }

}  // namespace easel::nodes
