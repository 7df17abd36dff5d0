#include "base/error.hpp"
#include "inference/vae/ltxv/audio.hpp"
#include "nodes/types.hpp"

#include <variant>

namespace easel::nodes {
namespace {

struct LTXVEmptyLatentAudio {
    std::int64_t frames_number = 97;
    std::variant<double, std::int64_t> frame_rate = 25.0;
    std::int64_t batch_size = 1;
    Vae audio_vae;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt_audio";
        s.category = "model/latent/ltxv";
        s.display_name = "LTXV Empty Latent Audio";
        s.in("frames_number", &LTXVEmptyLatentAudio::frames_number)
            .range(1, 1000)
            .step(1)
            .option("display", "number")
            .tooltip("Number of frames.");
        s.in("frame_rate", &LTXVEmptyLatentAudio::frame_rate)
            .default_value(25.0)
            .option("widgetType", "FLOAT")
            .option("min", 1.0)
            .option("max", 1000.0)
            .option("step", 0.01)
            .option("display", "number")
            .tooltip("Number of frames per second.");
        s.in("batch_size", &LTXVEmptyLatentAudio::batch_size)
            .range(1, 4096)
            .option("display", "number")
            .tooltip("The number of latent audio samples in the batch.");
        s.in("audio_vae", &LTXVEmptyLatentAudio::audio_vae)
            .option("display_name", "Audio VAE")
            .tooltip("The Audio VAE model to get configuration from.");
        s.out("Latent");
    }

    Latent execute() const {
        const auto* network = dynamic_cast<const inference::AutoencoderLtxAudio*>(&audio_vae.network());
        if (network == nullptr) throw UserError("the VAE is not LTX's for sound: load it with LTXVAudioVAELoader");
        const double rate = std::visit([](auto number) { return static_cast<double>(number); }, frame_rate);
        return {.samples = at::zeros({batch_size, network->latent_channels(), network->moments_for(frames_number, rate),
                                      network->frequency_bins()})};
    }
};

}  // namespace

void register_ltxv_empty_latent_audio(Registry& registry) {
    registry.add<LTXVEmptyLatentAudio>("LTXVEmptyLatentAudio");
}

}  // namespace easel::nodes
