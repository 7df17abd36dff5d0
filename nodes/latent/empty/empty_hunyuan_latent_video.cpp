#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyHunyuanLatentVideo {
    std::int64_t width = 848;
    std::int64_t height = 480;
    std::int64_t length = 25;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan";
        s.category = "model/latent/hunyuan video";
        s.display_name = "Empty HunyuanVideo 1.0 Latent";
        s.in("width", &EmptyHunyuanLatentVideo::width).range(16, 16384).step(16);
        s.in("height", &EmptyHunyuanLatentVideo::height).range(16, 16384).step(16);
        s.in("length", &EmptyHunyuanLatentVideo::length).range(1, 16384).step(4);
        s.in("batch_size", &EmptyHunyuanLatentVideo::batch_size).range(1, 4096);
    }

    Latent execute() const {
        return {.samples = at::zeros({batch_size, 16, (length - 1) / 4 + 1, height / 8, width / 8}),
                .downscale_ratio = 8};
    }
};

}  // namespace

void register_empty_hunyuan_latent_video(Registry& registry) {
    registry.add<EmptyHunyuanLatentVideo>("EmptyHunyuanLatentVideo");
}

}  // namespace easel::nodes
