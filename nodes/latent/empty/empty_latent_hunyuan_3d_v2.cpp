#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyLatentHunyuan3Dv2 {
    std::int64_t resolution = 3072;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan3d";
        s.category = "model/latent/hunyuan 3d";
        s.in("resolution", &EmptyLatentHunyuan3Dv2::resolution).range(1, 8192);
        s.in("batch_size", &EmptyLatentHunyuan3Dv2::batch_size)
            .range(1, 4096)
            .tooltip("The number of latent images in the batch.");
    }

    Latent execute() const { return {.samples = at::zeros({batch_size, 64, resolution})}; }
};

}  // namespace

void register_empty_latent_hunyuan_3d_v2(Registry& registry) {
    registry.add<EmptyLatentHunyuan3Dv2>("EmptyLatentHunyuan3Dv2");
}

}  // namespace easel::nodes
