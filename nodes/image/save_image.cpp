#include "nodes/file_origin.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SaveImage : FileOrigin {
    Image images;
    std::string filename_prefix = "ComfyUI";

    static void declare(Schema& s) {
        s.category = "image";
        s.display_name = "Save Image";
        s.description = "Saves the input images to your ComfyUI output directory.";
        s.output_node = true;
        s.essentials_category = "Basics";
        s.search_aliases = {"save", "save image", "export image", "output image", "write image", "download"};
        s.in("images", &SaveImage::images).tooltip("The images to save.");
        s.in("filename_prefix", &SaveImage::filename_prefix)
            .tooltip("The prefix for the file to save. This may include formatting information such as "
                     "%date:yyyy-MM-dd% or %Empty Latent Image.width% to include values from nodes.");
        declare_origin(s);
        s.out("images");
    }

    Returns<Image> execute(Context& context) const {
        const Json saved = save_images(context, images.pixels,
                                       {.prefix = filename_prefix, .prompt = prompt, .extra_pnginfo = extra_pnginfo});
        return {Ui{{{"images", saved}}}, images};
    }
};

}  // namespace

void register_save_image(Registry& registry) { registry.add<SaveImage>("SaveImage"); }

}  // namespace easel::nodes
