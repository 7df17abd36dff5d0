#include "inference/sampling/latent_batch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentBatch {
    Latent samples1;
    Latent samples2;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/batch";
        s.display_name = "Batch Latents (DEPRECATED)";
        s.deprecated = true;
        s.search_aliases = {"combine latents", "merge latents", "join latents"};
        s.in("samples1", &LatentBatch::samples1);
        s.in("samples2", &LatentBatch::samples2);
    }

    Latent execute() const { return inference::join(samples1, samples2); }
};

}  // namespace

void register_latent_batch(Registry& registry) { registry.add<LatentBatch>("LatentBatch"); }

}  // namespace easel::nodes
