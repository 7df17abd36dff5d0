#include "inference/image/crops.hpp"
#include "nodes/image_io.hpp"
#include "nodes/numpy_random.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct RandomCropImages {
    Image images;
    std::int64_t width = 512;
    std::int64_t height = 512;
    std::uint64_t seed = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image/transform";
        s.display_name = "Crop Image (Random)";
        s.description = "Randomly crop an image to the specified dimensions.";
        s.experimental = true;
        s.search_aliases = {"crop", "cut", "trim"};
        s.in("images", &RandomCropImages::images).tooltip("Image to process.");
        s.in("width", &RandomCropImages::width).range(1, 8192).tooltip("Crop width.");
        s.in("height", &RandomCropImages::height).range(1, 8192).tooltip("Crop height.");
        s.in("seed", &RandomCropImages::seed).range(0, 18446744073709551615ull).tooltip("Random seed.");
        s.out("images").tooltip = "Processed images";
    }

    Image execute() const {
        NumpyRandom random(seed);
        const std::int64_t left = random.below(std::max<std::int64_t>(0, images.pixels.size(2) - width) + 1);
        const std::int64_t top = random.below(std::max<std::int64_t>(0, images.pixels.size(1) - height) + 1);
        const Tensor part = inference::crop_image(images.pixels, {left, top, width, height});
        return {to_bytes(part).to(at::kFloat).div_(255.0)};
    }
};

}  // namespace

void register_random_crop_images(Registry& registry) { registry.add<RandomCropImages>("RandomCropImages"); }

}  // namespace easel::nodes
