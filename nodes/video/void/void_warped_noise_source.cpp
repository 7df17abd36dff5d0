#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VOIDWarpedNoiseSource {
    Latent warped_noise;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_void";
        s.category = "model/latent/void";
        s.in("warped_noise", &VOIDWarpedNoiseSource::warped_noise).tooltip("Warped noise latent from VOIDWarpedNoise");
    }

    NoiseSource execute() const { return {.given = warped_noise.samples}; }
};

}  // namespace

void register_void_warped_noise_source(Registry& registry) {
    registry.add<VOIDWarpedNoiseSource>("VOIDWarpedNoiseSource");
}

}  // namespace easel::nodes
