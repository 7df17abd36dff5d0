#include "nodes/types.hpp"

#include <cmath>

namespace easel::nodes {
namespace {

struct EmptyAceStep15LatentAudio {
    double seconds = 120.0;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_ace";
        s.category = "model/latent/ace";
        s.display_name = "Empty Ace Step 1.5 Latent Audio";
        s.in("seconds", &EmptyAceStep15LatentAudio::seconds).range(1.0, 1000.0).step(0.01);
        s.in("batch_size", &EmptyAceStep15LatentAudio::batch_size)
            .range(1, 4096)
            .tooltip("The number of latent images in the batch.");
    }

    Latent execute() const { 
        return {.samples = at::zeros({batch_size, 64, std::llrint(seconds * 48000 / 1920)}),
                .temporal_downscale_ratio = 1764};
    }
};

}  // namespace

void register_empty_ace_step1_5_latent_audio(Registry& registry) {
    registry.add<EmptyAceStep15LatentAudio>("EmptyAceStep1.5LatentAudio");
}

}  // namespace easel::nodes
