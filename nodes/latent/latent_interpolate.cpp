#include "inference/sampling/latent_batch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentInterpolate {
    Latent samples1;
    Latent samples2;
    double ratio = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/advanced";
        s.search_aliases = {"blend latent", "mix latent", "lerp latent", "transition"};
        s.in("samples1", &LatentInterpolate::samples1);
        s.in("samples2", &LatentInterpolate::samples2);
        s.in("ratio", &LatentInterpolate::ratio).range(0.0, 1.0).step(0.01);
    }

    Latent execute() const {
        Latent between = samples1;
        between.samples =
            inference::interpolate(samples1.samples, inference::fit(samples2.samples, samples1.samples), ratio);
        return between;
    }
};

}  // namespace

void register_latent_interpolate(Registry& registry) { registry.add<LatentInterpolate>("LatentInterpolate"); }

}  // namespace easel::nodes
