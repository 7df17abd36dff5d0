#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct StableCascade_EmptyLatentImage {
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    std::int64_t compression = 42;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_stable_cascade";
        s.category = "model/latent/stable cascade";
        s.in("width", &StableCascade_EmptyLatentImage::width).range(256, 16384).step(8);
        s.in("height", &StableCascade_EmptyLatentImage::height).range(256, 16384).step(8);
        s.in("compression", &StableCascade_EmptyLatentImage::compression).range(4, 128).step(1).advanced();
        s.in("batch_size", &StableCascade_EmptyLatentImage::batch_size).range(1, 4096);
        s.out("stage_c");
        s.out("stage_b");
    }

    std::tuple<Latent, Latent> execute() const {
        return {Latent{.samples = at::zeros({batch_size, 16, height / compression, width / compression})},
                Latent{.samples = at::zeros({batch_size, 4, height / 4, width / 4})}};
    }
};

}  // namespace

void register_stable_cascade_empty_latent_image(Registry& registry) {
    registry.add<StableCascade_EmptyLatentImage>("StableCascade_EmptyLatentImage");
}

}  // namespace easel::nodes
