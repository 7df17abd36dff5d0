#include "inference/sampling/latent_batch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentFromBatch {
    Latent samples;
    std::int64_t batch_index = 0;
    std::int64_t length = 1;

    static void declare(Schema& s) {
        s.category = "model/latent/batch";
        s.display_name = "Get Latent From Batch";
        s.search_aliases = {"select from batch", "pick latent", "batch subset"};
        s.in("samples", &LatentFromBatch::samples);
        s.in("batch_index", &LatentFromBatch::batch_index).range(-16384, 16384);
        s.in("length", &LatentFromBatch::length).range(1, 64);
    }

    Latent execute() const { return inference::take(samples, batch_index, length); }
};

}  // namespace

void register_latent_from_batch(Registry& registry) { registry.add<LatentFromBatch>("LatentFromBatch"); }

}  // namespace easel::nodes
