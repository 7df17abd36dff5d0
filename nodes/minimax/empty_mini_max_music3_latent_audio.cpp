#include "inference/audio/music_frames.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyMiniMaxMusic3LatentAudio {
    double seconds = 120.0;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_minimax_music";
        s.category = "model/latent/minimax music";
        s.display_name = "Empty MiniMax Music3 Latent Audio";
        s.description = "Creates an empty MiniMax Music3 audio latent for the requested duration.";
        s.in("seconds", &EmptyMiniMaxMusic3LatentAudio::seconds).range(0.04, 360.0).step(0.04);
        s.in("batch_size", &EmptyMiniMaxMusic3LatentAudio::batch_size).range(1, 4096);
    }

    Latent execute() const {
        const std::int64_t moments = inference::music_moments(inference::music_frames(seconds));
        return {.samples = at::zeros({batch_size, 128, moments}), .temporal_downscale_ratio = 512};
    }
};

}  // namespace

void register_empty_mini_max_music3_latent_audio(Registry& registry) {
    registry.add<EmptyMiniMaxMusic3LatentAudio>("EmptyMiniMaxMusic3LatentAudio");
}

}  // namespace easel::nodes
