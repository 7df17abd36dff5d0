#include "inference/vae/triposplat/splat_vae.hpp"
#include "nodes/three_d/splat/splat_socket.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <cmath>

namespace easel::nodes {
namespace {

struct VAEDecodeTripoSplat {
    Latent samples;
    Vae vae;
    std::int64_t num_gaussians = 262144;
    std::uint64_t seed = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_triposplat";
        s.category = "model/latent/triposplat";
        s.display_name = "TripoSplat Decode";
        s.description = "Decode the sampled TripoSplat latent into a 3D gaussian splat. Modify the number of gaussians "
                        "to vary the density.";
        s.in("samples", &VAEDecodeTripoSplat::samples);
        s.in("vae", &VAEDecodeTripoSplat::vae).tooltip("TripoSplat VAE decoder");
        s.in("num_gaussians", &VAEDecodeTripoSplat::num_gaussians)
            .range(32768, 1048576)
            .step(32)
            .tooltip("Number of gaussians to produce (rounded to a multiple of 32). 262144 matches the octree's point "
                     "density; higher oversamples the same points (denser, but no new detail) and costs proportionally "
                     "more VRAM/time.");
        s.in("seed", &VAEDecodeTripoSplat::seed)
            .range(0, 18446744073709551615ull)
            .tooltip("Seeds the octree point sampler (global RNG) for deterministic decodes.");
        s.out("splat");
    }

    inference::Splats execute() const {
        const auto group = inference::splat_decoder(vae).gaussians().group();
        const double groups =
            static_cast<double>(std::clamp<std::int64_t>(num_gaussians, 32768, 1048576)) / static_cast<double>(group);
        const auto points = static_cast<std::int64_t>(std::nearbyint(groups));
        return inference::decode_splats(vae, samples.samples, {.count = points * group, .seed = seed});
    }
};

}  // namespace

void register_vae_decode_tripo_splat(Registry& registry) { registry.add<VAEDecodeTripoSplat>("VAEDecodeTripoSplat"); }

}  // namespace easel::nodes
