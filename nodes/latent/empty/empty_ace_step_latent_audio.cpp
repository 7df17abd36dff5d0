#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyAceStepLatentAudio {
    double seconds = 120.0;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_ace";
        s.category = "model/latent/ace";
        s.display_name = "Empty Ace Step 1.0 Latent Audio";
        s.in("seconds", &EmptyAceStepLatentAudio::seconds).range(1.0, 1000.0).step(0.1);
        s.in("batch_size", &EmptyAceStepLatentAudio::batch_size)
            .range(1, 4096)
            .tooltip("The number of latent images in the batch.");
    }

    Latent execute() const {
        const auto length = static_cast<std::int64_t>(seconds * 44100 / 512 / 8);
        return {.samples = at::zeros({batch_size, 8, 16, length})};
    }
};

}  // namespace

void register_empty_ace_step_latent_audio(Registry& registry) {
    registry.add<EmptyAceStepLatentAudio>("EmptyAceStepLatentAudio");
}

}  // namespace easel::nodes
