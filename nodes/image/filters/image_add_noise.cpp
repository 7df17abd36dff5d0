#include "inference/sampling/noise.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageAddNoise {
    Image image;
    std::uint64_t seed = 0;
    double strength = 0.5;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/filters";
        s.display_name = "Add Noise to Image";
        s.search_aliases = {"film grain"};
        s.in("image", &ImageAddNoise::image);
        s.in("seed", &ImageAddNoise::seed)
            .range(0, 0xffffffffffffffffull)
            .control_after_generate()
            .tooltip("The random seed used for creating the noise.");
        s.in("strength", &ImageAddNoise::strength).range(0.0, 1.0).step(0.01);
    }

    Image execute() const {
        const Tensor noise = inference::random_normal(image.pixels.sizes(), seed);
        return {(image.pixels + strength * noise).clamp(0, 1)};
    }
};

}  // namespace

void register_image_add_noise(Registry& registry) { registry.add<ImageAddNoise>("ImageAddNoise"); }

}  // namespace easel::nodes
