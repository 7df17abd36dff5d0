#include "inference/sampling/latent_batch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentSubtract {
    Latent samples1;
    Latent samples2;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/advanced";
        s.search_aliases = {"difference latent", "remove features"};
        s.in("samples1", &LatentSubtract::samples1);
        s.in("samples2", &LatentSubtract::samples2);
    }

    Latent execute() const {
        Latent result = samples1;
        result.samples = samples1.samples - inference::fit(samples2.samples, samples1.samples);
        return result;
    }
};

}  // namespace

void register_latent_subtract(Registry& registry) { registry.add<LatentSubtract>("LatentSubtract"); }

}  // namespace easel::nodes
