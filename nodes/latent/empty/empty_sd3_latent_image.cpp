#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptySD3LatentImage {
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sd3";
        s.category = "model/latent/stable diffusion";
        s.in("width", &EmptySD3LatentImage::width).range(16, 16384).step(16);
        s.in("height", &EmptySD3LatentImage::height).range(16, 16384).step(16);
        s.in("batch_size", &EmptySD3LatentImage::batch_size).range(1, 4096);
    }

    Latent execute() const {
        return {.samples = at::zeros({batch_size, 16, height / 8, width / 8}), .downscale_ratio = 8};
    }
};

}  // namespace

void register_empty_sd3_latent_image(Registry& registry) { registry.add<EmptySD3LatentImage>("EmptySD3LatentImage"); }

}  // namespace easel::nodes
