#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyHunyuanImageLatent {
    std::int64_t width = 2048;
    std::int64_t height = 2048;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan";
        s.category = "model/latent/hunyuan image";
        s.in("width", &EmptyHunyuanImageLatent::width).range(64, 16384).step(32);
        s.in("height", &EmptyHunyuanImageLatent::height).range(64, 16384).step(32);
        s.in("batch_size", &EmptyHunyuanImageLatent::batch_size).range(1, 4096);
    }

    Latent execute() const { return {.samples = at::zeros({batch_size, 64, height / 32, width / 32})}; }
};

}  // namespace

void register_empty_hunyuan_image_latent(Registry& registry) {
    registry.add<EmptyHunyuanImageLatent>("EmptyHunyuanImageLatent");
}

}  // namespace easel::nodes
