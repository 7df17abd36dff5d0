#include "nodes/file_origin.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/mask/mask_batch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct MaskPreview : FileOrigin {
    Mask mask;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "image/mask";
        s.display_name = "Preview Mask";
        s.description = "Preview the masks without saving them to the ComfyUI output directory.";
        s.output_node = true;
        s.search_aliases = {"show mask", "view mask", "inspect mask", "debug mask"};
        s.in("mask", &MaskPreview::mask);
        declare_origin(s);
        s.out("mask");
    }

    // The reference hands no metadata to this kind of preview.
    Returns<Mask> execute(Context& context) const {
        const Tensor pixels = as_batch(mask.values).unsqueeze(-1).expand({-1, -1, -1, 3});
        const Json saved = save_images(
            context, pixels,
            {.prefix = random_preview_prefix(), .folder = "temp", .compression = 1, .prompt = {}, .extra_pnginfo = {}});
        return {Ui{{{"images", saved}, {"animated", Json::array({false})}}}, mask};
    }
};

}  // namespace

void register_mask_preview(Registry& registry) { registry.add<MaskPreview>("MaskPreview"); }

}  // namespace easel::nodes
