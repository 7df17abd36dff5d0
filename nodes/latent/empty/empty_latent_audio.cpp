#include "nodes/types.hpp"

#include <cmath>

namespace easel::nodes {
namespace {

struct EmptyLatentAudio {
    double seconds = 47.6;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "model/latent";
        s.display_name = "Empty Latent Audio";
        s.essentials_category = "Audio";
        s.in("seconds", &EmptyLatentAudio::seconds).range(1.0, 1000.0).step(0.1);
        s.in("batch_size", &EmptyLatentAudio::batch_size)
            .range(1, 4096)
            .tooltip("The number of latent images in the batch.");
    }

    Latent execute() const {
        const std::int64_t length = std::llrint(seconds * 44100 / 2048 / 2) * 2;
        return {.samples = at::zeros({batch_size, 64, length}), .temporal_downscale_ratio = 2048};
    }
};

}  // namespace

void register_empty_latent_audio(Registry& registry) { registry.add<EmptyLatentAudio>("EmptyLatentAudio"); }

}  // namespace easel::nodes
