#include "nodes/audio/decoded_audio.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VAEDecodeAudioTiled {
    Latent samples;
    Vae vae;
    std::int64_t tile_size = 512;
    std::int64_t overlap = 64;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "model/latent";
        s.display_name = "VAE Decode Audio (Tiled)";
        s.search_aliases = {"latent to audio"};
        s.in("samples", &VAEDecodeAudioTiled::samples);
        s.in("vae", &VAEDecodeAudioTiled::vae);
        s.in("tile_size", &VAEDecodeAudioTiled::tile_size).range(32, 8192).step(8);
        s.in("overlap", &VAEDecodeAudioTiled::overlap).range(0, 1024).step(8);
    }

    Audio execute() const {
        return audio_of(inference::levelled(inference::decode_sound_tiled(
            vae, sound_samples(samples), {.tile = tile_size, .overlap = overlap})));
    }
};

}  // namespace

void register_vae_decode_audio_tiled(Registry& registry) { registry.add<VAEDecodeAudioTiled>("VAEDecodeAudioTiled"); }

}  // namespace easel::nodes

