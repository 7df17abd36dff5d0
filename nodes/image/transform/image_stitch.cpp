#include "inference/image/stitch.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <array>
#include <map>

namespace easel::nodes {
namespace {

struct ImageStitch {
    Image image1;
    std::string direction = "right";
    bool match_image_size = true;
    std::int64_t spacing_width = 0;
    std::string spacing_color = "white";
    std::optional<Image> image2;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/transform";
        s.display_name = "Stitch Images";
        s.description = "Stitches image2 to image1 in the specified direction.\n"
                        "If image2 is not provided, returns image1 unchanged.\n"
                        "Optional spacing can be added between images.";
        s.search_aliases = {"combine images", "join images", "concatenate images", "side by side"};
        s.in("image1", &ImageStitch::image1);
        s.in("direction", &ImageStitch::direction)
            .choices(one_of({"right", "down", "left", "up"}))
            .default_value("right");
        s.in("match_image_size", &ImageStitch::match_image_size);
        s.in("spacing_width", &ImageStitch::spacing_width).range(0, 1024).step(2).advanced();
        s.in("spacing_color", &ImageStitch::spacing_color)
            .choices(one_of({"white", "black", "red", "green", "blue"}))
            .default_value("white")
            .advanced();
        s.in("image2", &ImageStitch::image2);
    }

    Image execute() const {
        if (!image2) return image1;
        const std::map<std::string, std::array<double, 3>> colors{
            {"white", {1, 1, 1}}, {"black", {0, 0, 0}}, {"red", {1, 0, 0}}, {"green", {0, 1, 0}}, {"blue", {0, 0, 1}}};
        const bool is_beside = direction == "left" || direction == "right";
        const bool second_first = direction == "left" || direction == "up";
        return {
            inference::stitch(image1.pixels, image2->pixels,
                              {.axis = is_beside ? inference::StitchAxis::horizontal : inference::StitchAxis::vertical,
                               .second_first = second_first,
                               .matches_size = match_image_size,
                               .spacing = spacing_width + spacing_width % 2,
                               .color = colors.at(spacing_color)})};
    }
};

}  // namespace

void register_image_stitch(Registry& registry) { registry.add<ImageStitch>("ImageStitch"); }

}  // namespace easel::nodes
