#include "inference/image/crops.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageCropV2 {
    Image image;
    Json crop_region;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/transform";
        s.display_name = "Crop Image";
        s.description = "Crop an image to the specified dimensions.";
        s.has_intermediate_output = true;
        s.essentials_category = "Image Tools";
        s.search_aliases = {"crop", "cut", "trim"};
        s.in("image", &ImageCropV2::image);
        s.in("crop_region", &ImageCropV2::crop_region)
            .type("BOUNDING_BOX")
            .default_value(Json::parse(R"json({"x": 0, "y": 0, "width": 512, "height": 512})json"))
            .option("socketless", true)
            .option("component", "ImageCrop");
    }

    Returns<Image> execute(Context& context) const {
        const Tensor part = inference::crop_image(image.pixels, {crop_region.value("x", std::int64_t{0}),
                                                                 crop_region.value("y", std::int64_t{0}),
                                                                 crop_region.value("width", std::int64_t{512}),
                                                                 crop_region.value("height", std::int64_t{512})});
        return {preview_of(context, part), Image{part}};
    }
};

}  // namespace

void register_image_crop_v2(Registry& registry) { registry.add<ImageCropV2>("ImageCropV2"); }

}  // namespace easel::nodes
