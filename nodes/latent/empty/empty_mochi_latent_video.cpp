#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyMochiLatentVideo {
    std::int64_t width = 848;
    std::int64_t height = 480;
    std::int64_t length = 25;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mochi";
        s.category = "model/latent/mochi";
        s.in("width", &EmptyMochiLatentVideo::width).range(16, 16384).step(16);
        s.in("height", &EmptyMochiLatentVideo::height).range(16, 16384).step(16);
        s.in("length", &EmptyMochiLatentVideo::length).range(7, 16384).step(6);
        s.in("batch_size", &EmptyMochiLatentVideo::batch_size).range(1, 4096);
    }

    Latent execute() const {
        return {.samples = at::zeros({batch_size, 12, (length - 1) / 6 + 1, height / 8, width / 8})};
    }
};

}  // namespace

void register_empty_mochi_latent_video(Registry& registry) {
    registry.add<EmptyMochiLatentVideo>("EmptyMochiLatentVideo");
}

}  // namespace easel::nodes
