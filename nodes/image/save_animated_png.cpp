#include "base/folders.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/image_io.hpp"
#include "nodes/saving.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SaveAnimatedPNG : FileOrigin {
    Image images;
    std::string filename_prefix = "ComfyUI";
    double fps = 6.0;
    std::int64_t compress_level = 4;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image";
        s.display_name = "Save Animated PNG";
        s.output_node = true;
        s.in("images", &SaveAnimatedPNG::images);
        s.in("filename_prefix", &SaveAnimatedPNG::filename_prefix).option("multiline", false);
        s.in("fps", &SaveAnimatedPNG::fps).range(0.01, 1000.0).step(0.01);
        s.in("compress_level", &SaveAnimatedPNG::compress_level).range(0, 9).advanced();
        declare_origin(s);
        s.out("images");
    }

    // The texts are in chunks called "comf", after the pixels, as in the reference.
    Returns<Image> execute(Context& context) const {
        const Tensor& pixels = images.pixels;
        SaveSlot slot(context.use<Folders>().directory("output"), filename_prefix, pixels.size(2), pixels.size(1));
        PngSettings settings{.compression = int(compress_level), .before_pixels = {}, .after_pixels = {}};
        for (const auto& [name, text] : metadata_texts(context, prompt, extra_pnginfo))
            settings.after_pixels.push_back(png_text(name, text, "comf"));
        const auto file = encode_animated_png(to_bytes(pixels), int(1000.0 / fps), settings);
        const Json saved = Json::array({slot.save(file, 0, "_.png", "output")});
        return {animation_ui(saved, pixels.size(0)), images};
    }
};

}  // namespace

void register_save_animated_png(Registry& registry) { registry.add<SaveAnimatedPNG>("SaveAnimatedPNG"); }

}  // namespace easel::nodes
