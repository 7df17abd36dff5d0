#include "inference/guidance/unet_patches.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TomePatchModel {
    Model model;
    double ratio = 0.3;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_tomesd";
        s.category = "model/patch/unet";
        s.in("model", &TomePatchModel::model);
        s.in("ratio", &TomePatchModel::ratio).range(0.0, 1.0).step(0.01);
    }

    Model execute() const { return inference::merge_tokens(model, ratio); }
};

}  // namespace

void register_tome_patch_model(Registry& registry) { registry.add<TomePatchModel>("TomePatchModel"); }

}  // namespace easel::nodes
