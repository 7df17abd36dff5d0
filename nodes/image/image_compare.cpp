#include "nodes/file_origin.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageCompare : FileOrigin {
    Value compare_view;
    std::optional<Image> image_a;
    std::optional<Image> image_b;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_image_compare";
        s.category = "image";
        s.display_name = "Compare Images";
        s.description = "Compares two images side by side with a slider.";
        s.output_node = true;
        s.experimental = true;
        s.essentials_category = "Image Tools";
        s.in("compare_view", &ImageCompare::compare_view).type("IMAGECOMPARE").option("socketless", true);
        s.in("image_a", &ImageCompare::image_a);
        s.in("image_b", &ImageCompare::image_b);
        declare_origin(s);
    }

    Returns<> execute(Context& context) const {
        const std::string ending = random_preview_prefix("");
        const auto saved = [&](const std::optional<Image>& image, const char* start) {
            if (!image) return Json(Json::array());
            return save_images(context, image->pixels, {.prefix = start + ending, .folder = "temp", .compression = 1});
        };
        return {Ui{{{"a_images", saved(image_a, "comfy.compare.a")}, {"b_images", saved(image_b, "comfy.compare.b")}}}};
    }
};

}  // namespace

void register_image_compare(Registry& registry) { registry.add<ImageCompare>("ImageCompare"); }

}  // namespace easel::nodes
