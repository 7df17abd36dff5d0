#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyLTXVLatentVideo {
    std::int64_t width = 768;
    std::int64_t height = 512;
    std::int64_t length = 97;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/latent/ltxv";
        s.in("width", &EmptyLTXVLatentVideo::width).range(64, 16384).step(32);
        s.in("height", &EmptyLTXVLatentVideo::height).range(64, 16384).step(32);
        s.in("length", &EmptyLTXVLatentVideo::length).range(1, 16384).step(8);
        s.in("batch_size", &EmptyLTXVLatentVideo::batch_size).range(1, 4096);
    }

    Latent execute() const {
        return {.samples = at::zeros({batch_size, 128, (length - 1) / 8 + 1, height / 32, width / 32}),
                .downscale_ratio = 32};
    }
};

}  // namespace

void register_empty_ltxv_latent_video(Registry& registry) {
    registry.add<EmptyLTXVLatentVideo>("EmptyLTXVLatentVideo");
}

}  // namespace easel::nodes
