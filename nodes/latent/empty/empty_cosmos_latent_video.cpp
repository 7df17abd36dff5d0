#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyCosmosLatentVideo {
    std::int64_t width = 1280;
    std::int64_t height = 704;
    std::int64_t length = 121;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_cosmos";
        s.category = "model/latent/cosmos";
        s.in("width", &EmptyCosmosLatentVideo::width).range(16, 16384).step(16);
        s.in("height", &EmptyCosmosLatentVideo::height).range(16, 16384).step(16);
        s.in("length", &EmptyCosmosLatentVideo::length).range(1, 16384).step(8);
        s.in("batch_size", &EmptyCosmosLatentVideo::batch_size).range(1, 4096);
    }

    Latent execute() const {
        return {.samples = at::zeros({batch_size, 16, (length - 1) / 8 + 1, height / 8, width / 8})};
    }
};

}  // namespace

void register_empty_cosmos_latent_video(Registry& registry) {
    registry.add<EmptyCosmosLatentVideo>("EmptyCosmosLatentVideo");
}

}  // namespace easel::nodes
