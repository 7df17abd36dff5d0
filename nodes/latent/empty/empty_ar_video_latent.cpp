#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyARVideoLatent {
    std::int64_t width = 832;
    std::int64_t height = 480;
    std::int64_t length = 81;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_ar_video";
        s.category = "model/latent/autoregressive";
        s.in("width", &EmptyARVideoLatent::width).range(16, 8192).step(16);
        s.in("height", &EmptyARVideoLatent::height).range(16, 8192).step(16);
        s.in("length", &EmptyARVideoLatent::length).range(1, 1024).step(4);
        s.in("batch_size", &EmptyARVideoLatent::batch_size).range(1, 64);
    }

    Latent execute() const {
        return {.samples = at::zeros({batch_size, 16, (length - 1) / 4 + 1, height / 8, width / 8})};
    }
};

}  // namespace

void register_empty_ar_video_latent(Registry& registry) { registry.add<EmptyARVideoLatent>("EmptyARVideoLatent"); }

}  // namespace easel::nodes
