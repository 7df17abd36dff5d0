#include "inference/image/resize.hpp"
#include "inference/image/subject_square.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct TripoSplatPreprocessImage {
    Image image;
    Mask mask;
    std::int64_t erode_radius = 1;
    std::int64_t size = 1024;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_triposplat";
        s.category = "model/conditioning/triposplat";
        s.display_name = "TripoSplat Preprocess Image";
        s.description = "Crop center each image to a square canvas on a black background and add padding.";
        s.in("image", &TripoSplatPreprocessImage::image);
        s.in("mask", &TripoSplatPreprocessImage::mask);
        s.in("erode_radius", &TripoSplatPreprocessImage::erode_radius)
            .range(0, 16)
            .tooltip("Erode the alpha matte by this pixel radius before cropping (avoids border bleed).");
        s.in("size", &TripoSplatPreprocessImage::size)
            .range(256, 4096)
            .step(16)
            .tooltip("Square image size. The model is trained at 1024; other sizes run but are off-distribution.");
        s.out("image");
    }

    Image execute() const {
        constexpr std::int64_t cell = 16;  // pixels to a side of the encoders' cells
        const std::int64_t side = std::max(cell, size / cell * cell), count = image.pixels.size(0);
        const std::int64_t height = image.pixels.size(1), width = image.pixels.size(2);
        Tensor masks = inference::repeat_to_batch(mask.values, count);
        if (masks.size(1) != height || masks.size(2) != width)
            masks = inference::resize(masks.unsqueeze(1).to(at::kFloat), width, height, "bilinear").squeeze(1);
        std::vector<Tensor> squares;
        for (std::int64_t i = 0; i < count; ++i)
            squares.push_back(inference::subject_square(image.pixels[i], masks[i], erode_radius, side));
        return {at::stack(squares)};
    }
};

}  // namespace

void register_tripo_splat_preprocess_image(Registry& registry) {
    registry.add<TripoSplatPreprocessImage>("TripoSplatPreprocessImage");
}

}  // namespace easel::nodes
