#include "nodes/file_origin.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// The names of a node's previews: the prefix stays as long as the node is in consecutive prompts.
struct PreviewNames {
    std::string prefix = random_preview_prefix();
    std::int64_t counter = 1;
};

struct PreviewImage : FileOrigin {
    Image images;

    static void declare(Schema& s) {
        s.category = "image";
        s.display_name = "Preview Image";
        s.description = "Preview the images without saving them to the ComfyUI output directory.";
        s.output_node = true;
        s.essentials_category = "Basics";
        s.search_aliases = {"preview", "preview image", "show image", "view image", "display image", "image viewer"};
        s.in("images", &PreviewImage::images);
        declare_origin(s);
        s.out("images");
    }

    Returns<Image> execute(Context& context) const {
        auto& names = context.state<PreviewNames>();
        const Json saved = save_images(context, images.pixels,
                                       {.prefix = names.prefix,
                                        .folder = "temp",
                                        .compression = 1,
                                        .prompt = prompt,
                                        .extra_pnginfo = extra_pnginfo,
                                        .counter = &names.counter});
        return {Ui{{{"images", saved}}}, images};
    }
};

}  // namespace

void register_preview_image(Registry& registry) { registry.add<PreviewImage>("PreviewImage"); }

}  // namespace easel::nodes
