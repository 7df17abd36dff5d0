#include "inference/image/resize.hpp"
#include "nodes/types.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace easel::nodes {
namespace {

struct FluxKontextImageScale {
    Image image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_flux";
        s.category = "model/conditioning/flux";
        s.description = "This node resizes the image to one that is more optimal for flux kontext.";
        s.in("image", &FluxKontextImageScale::image);
    }

    // The model's own sizes; the one with the nearest proportions is taken.
    Image execute() const {
        constexpr std::array<std::array<std::int64_t, 2>, 17> sizes{{{672, 1568},
                                                                     {688, 1504},
                                                                     {720, 1456},
                                                                     {752, 1392},
                                                                     {800, 1328},
                                                                     {832, 1248},
                                                                     {880, 1184},
                                                                     {944, 1104},
                                                                     {1024, 1024},
                                                                     {1104, 944},
                                                                     {1184, 880},
                                                                     {1248, 832},
                                                                     {1328, 800},
                                                                     {1392, 752},
                                                                     {1456, 720},
                                                                     {1504, 688},
                                                                     {1568, 672}}};
        const double aspect = double(image.pixels.size(2)) / double(image.pixels.size(1));
        double least = std::numeric_limits<double>::infinity();
        std::array<std::int64_t, 2> chosen{};
        for (const auto& size : sizes) {
            const double difference = std::abs(aspect - double(size[0]) / double(size[1]));
            if (difference >= least) continue;
            least = difference;
            chosen = size;
        }
        return {inference::resize_image(image.pixels, chosen[0], chosen[1], "lanczos", inference::Crop::center)};
    }
};

}  // namespace

void register_flux_kontext_image_scale(Registry& registry) {
    registry.add<FluxKontextImageScale>("FluxKontextImageScale");
}

}  // namespace easel::nodes
