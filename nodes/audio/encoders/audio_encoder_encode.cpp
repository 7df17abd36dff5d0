#include "nodes/audio/audio.hpp"
#include "nodes/audio/encoders/sound_sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct AudioEncoderEncode {
    inference::SoundEncoder audio_encoder;
    Audio audio;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio_encoder";
        s.category = "model/conditioning";
        s.in("audio_encoder", &AudioEncoderEncode::audio_encoder);
        s.in("audio", &AudioEncoderEncode::audio);
    }

    inference::EncodedSound execute() const { return audio_encoder.encode(audio.waveform, audio.sample_rate); }
};

}  // namespace

void register_audio_encoder_encode(Registry& registry) { registry.add<AudioEncoderEncode>("AudioEncoderEncode"); }

}  // namespace easel::nodes
