#include "base/error.hpp"
#include "inference/image/crops.hpp"
#include "inference/image/resize.hpp"
#include "nodes/colors.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageCropToMask {
    Image images;
    Mask masks;
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    double pad_factor = 1.0;
    std::int64_t grow_mask = 0;
    std::string background = "#000000";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/transform";
        s.display_name = "Crop Image to Mask";
        s.search_aliases = {"crop to mask",     "mask crop", "crop mask", "mask crop resize",
                            "crop mask resize", "trellis2",  "pixal3d"};
        s.in("images", &ImageCropToMask::images);
        s.in("masks", &ImageCropToMask::masks);
        s.in("width", &ImageCropToMask::width).range(64, 4096).step(8).tooltip("Output width in pixels.");
        s.in("height", &ImageCropToMask::height).range(64, 4096).step(8).tooltip("Output height in pixels.");
        s.in("pad_factor", &ImageCropToMask::pad_factor)
            .range(1.0, 2.0)
            .step(0.01)
            .tooltip("Extra margin around the mask bounding box as a multiplier.");
        s.in("grow_mask", &ImageCropToMask::grow_mask)
            .range(-32, 32)
            .step(1)
            .tooltip("Grow or shrink the mask by this many pixels before cropping.");
        s.in("background", &ImageCropToMask::background)
            .type("COLOR")
            .option("socketless", true)
            .tooltip("Background color behind the masked subject.");
        s.out("images");
    }

    Image execute() const {
        const Tensor pixels = images.pixels.slice(-1, 0, 3);
        const std::int64_t batch = pixels.size(0);
        Tensor shapes = masks.values.size(0) == 1 ? masks.values.expand({batch, -1, -1}) : masks.values;
        if (shapes.size(0) != batch)
            throw UserError("Mask batch " + std::to_string(shapes.size(0)) + " does not match image batch " +
                            std::to_string(batch));
        if (shapes.size(1) != pixels.size(1) || shapes.size(2) != pixels.size(2))
            shapes = inference::resize(shapes.unsqueeze(1), pixels.size(2), pixels.size(1), "bilinear").squeeze(1);
        const auto color = parse_color(background).value_or(std::array<std::int64_t, 3>{});
        return {inference::crop_to_mask(
            pixels, shapes,
            {.width = width,
             .height = height,
             .pad_factor = pad_factor,
             .grow = grow_mask,
             .background = {double(color[0]) / 255, double(color[1]) / 255, double(color[2]) / 255}})};
    }
};

}  // namespace

void register_image_crop_to_mask(Registry& registry) { registry.add<ImageCropToMask>("ImageCropToMask"); }

}  // namespace easel::nodes
