#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyChromaRadianceLatentImage {
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_chroma_radiance";
        s.category = "model/latent/chroma radiance";
        s.in("width", &EmptyChromaRadianceLatentImage::width).range(16, 16384).step(16);
        s.in("height", &EmptyChromaRadianceLatentImage::height).range(16, 16384).step(16);
        s.in("batch_size", &EmptyChromaRadianceLatentImage::batch_size).range(1, 4096);
    }

    Latent execute() const { return {.samples = at::zeros({batch_size, 3, height, width})}; }
};

}  // namespace

void register_empty_chroma_radiance_latent_image(Registry& registry) {
    registry.add<EmptyChromaRadianceLatentImage>("EmptyChromaRadianceLatentImage");
}

}  // namespace easel::nodes
