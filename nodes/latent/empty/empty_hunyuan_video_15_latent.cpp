#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyHunyuanVideo15Latent {
    std::int64_t width = 848;
    std::int64_t height = 480;
    std::int64_t length = 25;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan";
        s.category = "model/latent/hunyuan video";
        s.display_name = "Empty HunyuanVideo 1.5 Latent";
        s.in("width", &EmptyHunyuanVideo15Latent::width).range(16, 16384).step(16);
        s.in("height", &EmptyHunyuanVideo15Latent::height).range(16, 16384).step(16);
        s.in("length", &EmptyHunyuanVideo15Latent::length).range(1, 16384).step(4);
        s.in("batch_size", &EmptyHunyuanVideo15Latent::batch_size).range(1, 4096);
    }

    Latent execute() const {
        return {.samples = at::zeros({batch_size, 32, (length - 1) / 4 + 1, height / 16, width / 16}),
                .downscale_ratio = 16};
    }
};

}  // namespace

void register_empty_hunyuan_video_15_latent(Registry& registry) {
    registry.add<EmptyHunyuanVideo15Latent>("EmptyHunyuanVideo15Latent");
}

}  // namespace easel::nodes
