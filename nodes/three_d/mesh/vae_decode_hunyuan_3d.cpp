#include "inference/vae/hunyuan3d/shape_vae.hpp"
#include "nodes/three_d/mesh/voxels.hpp"

namespace easel::nodes {
namespace {

struct VAEDecodeHunyuan3D {
    Latent samples;
    Vae vae;
    std::int64_t num_chunks = 8000;
    std::int64_t octree_resolution = 256;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan3d";
        s.category = "model/latent/hunyuan 3d";
        s.in("samples", &VAEDecodeHunyuan3D::samples);
        s.in("vae", &VAEDecodeHunyuan3D::vae);
        s.in("num_chunks", &VAEDecodeHunyuan3D::num_chunks).range(1000, 500000).advanced();
        s.in("octree_resolution", &VAEDecodeHunyuan3D::octree_resolution).range(16, 512).advanced();
    }

    Voxels execute(Context& context) const {
        const auto report = [&](std::int64_t done, std::int64_t all) {
            context.progress(static_cast<double>(done), static_cast<double>(all));
        };
        return {inference::decode_voxels(vae, samples.samples,
                                         {.resolution = octree_resolution, .chunk = num_chunks, .report = report})};
    }
};

}  // namespace

void register_vae_decode_hunyuan_3d(Registry& registry) { registry.add<VAEDecodeHunyuan3D>("VAEDecodeHunyuan3D"); }

}  // namespace easel::nodes
