#include "nodes/audio/audio.hpp"
#include "nodes/audio/audio_files.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct RecordAudio {
    std::string audio;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Record Audio";
        s.search_aliases = {"microphone input", "audio capture", "voice input"};
        s.in("audio", &RecordAudio::audio).type("AUDIO_RECORD").no_default();
    }

    Audio execute(Context& context) const { return load_sound(context, audio); }
};

}  // namespace

void register_record_audio(Registry& registry) { registry.add<RecordAudio>("RecordAudio"); }

}  // namespace easel::nodes
