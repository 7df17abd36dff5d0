#include "inference/image/quadmask.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VOIDQuadmaskPreprocess {
    Mask mask;
    std::int64_t dilate_width = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_void";
        s.category = "image/mask";
        s.display_name = "VOID Quadmask Preprocessor";
        s.in("mask", &VOIDQuadmaskPreprocess::mask);
        s.in("dilate_width", &VOIDQuadmaskPreprocess::dilate_width)
            .range(0, 50)
            .step(1)
            .tooltip("Dilation radius for the primary mask region (0 = no dilation)");
        s.out("quadmask");
    }

    Mask execute() const { return {inference::quadmask(mask.values, dilate_width)}; }
};

}  // namespace

void register_void_quadmask_preprocess(Registry& registry) {
    registry.add<VOIDQuadmaskPreprocess>("VOIDQuadmaskPreprocess");
}

}  // namespace easel::nodes
