#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyQwenImageLayeredLatentImage {
    std::int64_t width = 640;
    std::int64_t height = 640;
    std::int64_t layers = 3;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_qwen";
        s.category = "model/latent/qwen";
        s.display_name = "Empty Qwen Image Layered Latent";
        s.in("width", &EmptyQwenImageLayeredLatentImage::width).range(16, 16384).step(16);
        s.in("height", &EmptyQwenImageLayeredLatentImage::height).range(16, 16384).step(16);
        s.in("layers", &EmptyQwenImageLayeredLatentImage::layers).range(0, 16384).step(1);
        s.in("batch_size", &EmptyQwenImageLayeredLatentImage::batch_size).range(1, 4096);
    }

    Latent execute() const { return {.samples = at::zeros({batch_size, 16, layers + 1, height / 8, width / 8})}; }
};

}  // namespace

void register_empty_qwen_image_layered_latent_image(Registry& registry) {
    registry.add<EmptyQwenImageLayeredLatentImage>("EmptyQwenImageLayeredLatentImage");
}

}  // namespace easel::nodes
