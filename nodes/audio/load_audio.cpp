#include "nodes/audio/audio.hpp"
#include "nodes/audio/audio_files.hpp"
#include "nodes/stored_files.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LoadAudio {
    std::string audio;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Load Audio";
        s.essentials_category = "Audio";
        s.search_aliases = {"import audio", "open audio", "audio file"};
        s.checked_inputs = {"audio"};
        s.in("audio", &LoadAudio::audio).choices(input_sounds()).option("audio_upload", true);
    }

    Audio execute(Context& context) const { return load_sound(context, audio); }

    static Json fingerprint(const ConstantInputs& inputs) { return sound_fingerprint(inputs); }
    static std::optional<std::string> validate(const ConstantInputs& inputs) { return refuse_missing_sound(inputs); }
};

}  // namespace

void register_load_audio(Registry& registry) { registry.add<LoadAudio>("LoadAudio"); }

}  // namespace easel::nodes
