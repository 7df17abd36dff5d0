#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentMultiply {
    Latent samples;
    double multiplier = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/advanced";
        s.search_aliases = {"scale latent", "amplify latent", "latent gain"};
        s.in("samples", &LatentMultiply::samples);
        s.in("multiplier", &LatentMultiply::multiplier).range(-10.0, 10.0).step(0.01);
    }

    Latent execute() const {
        Latent scaled = samples;
        scaled.samples = samples.samples * multiplier;
        return scaled;
    }
};

}  // namespace

void register_latent_multiply(Registry& registry) { registry.add<LatentMultiply>("LatentMultiply"); }

}  // namespace easel::nodes
