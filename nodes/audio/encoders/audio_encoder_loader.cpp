#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/audio/encoders/sound_sockets.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct AudioEncoderLoader {
    std::string audio_encoder_name;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio_encoder";
        s.category = "model/loaders";
        s.display_name = "Load Audio Encoder";
        s.in("audio_encoder_name", &AudioEncoderLoader::audio_encoder_name).choices(files_in("audio_encoders"));
    }

    inference::SoundEncoder execute(Context& context) const {
        return inference::SoundEncoder(context.use<inference::Engine>().load_network(
            context.use<Folders>().require("audio_encoders", audio_encoder_name), "audio encoder",
            inference::canonical_sound_encoder));
    }
};

}  // namespace

void register_audio_encoder_loader(Registry& registry) { registry.add<AudioEncoderLoader>("AudioEncoderLoader"); }

}  // namespace easel::nodes
