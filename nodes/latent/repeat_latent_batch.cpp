#include "inference/sampling/latent_batch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct RepeatLatentBatch {
    Latent samples;
    std::int64_t amount = 1;

    static void declare(Schema& s) {
        s.category = "model/latent/batch";
        s.display_name = "Repeat Latent Batch";
        s.search_aliases = {"duplicate latent", "clone latent"};
        s.in("samples", &RepeatLatentBatch::samples);
        s.in("amount", &RepeatLatentBatch::amount).range(1, 64);
    }

    Latent execute() const { return inference::repeat(samples, amount); }
};

}  // namespace

void register_repeat_latent_batch(Registry& registry) { registry.add<RepeatLatentBatch>("RepeatLatentBatch"); }

}  // namespace easel::nodes
