#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentBatchSeedBehavior {
    Latent samples;
    std::string seed_behavior;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/advanced";
        s.in("samples", &LatentBatchSeedBehavior::samples);
        s.in("seed_behavior", &LatentBatchSeedBehavior::seed_behavior)
            .choices(one_of({"random", "fixed"}))
            .default_value("fixed");
    }

    // "fixed" gives every picture of the batch the noise of the first.
    Latent execute() const {
        Latent seeded = samples;
        if (seed_behavior == "random") {
            seeded.batch_index.reset();
        } else {
            const std::int64_t first = samples.batch_index ? samples.batch_index->front() : 0;
            seeded.batch_index.emplace(static_cast<std::size_t>(samples.samples.size(0)), first);
        }
        return seeded;
    }
};

}  // namespace

void register_latent_batch_seed_behavior(Registry& registry) {
    registry.add<LatentBatchSeedBehavior>("LatentBatchSeedBehavior");
}

}  // namespace easel::nodes
