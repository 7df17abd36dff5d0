#include "nodes/mask/mask_batch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct MaskToImage {
    Mask mask;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "image/mask";
        s.display_name = "Convert Mask to Image";
        s.search_aliases = {"convert mask"};
        s.in("mask", &MaskToImage::mask);
    }

    Image execute() const { return {as_batch(mask.values).unsqueeze(-1).expand({-1, -1, -1, 3})}; }
};

}  // namespace

void register_mask_to_image(Registry& registry) { registry.add<MaskToImage>("MaskToImage"); }

}  // namespace easel::nodes
