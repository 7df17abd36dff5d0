#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyFlux2LatentImage {
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_flux";
        s.category = "model/latent/flux";
        s.display_name = "Empty Flux 2 Latent";
        s.in("width", &EmptyFlux2LatentImage::width).range(16, 16384).step(16);
        s.in("height", &EmptyFlux2LatentImage::height).range(16, 16384).step(16);
        s.in("batch_size", &EmptyFlux2LatentImage::batch_size).range(1, 4096);
    }

    Latent execute() const { return {.samples = at::zeros({batch_size, 128, height / 16, width / 16})}; }
};

}  // namespace

void register_empty_flux2_latent_image(Registry& registry) {
    registry.add<EmptyFlux2LatentImage>("EmptyFlux2LatentImage");
}

}  // namespace easel::nodes
