#include "nodes/audio/kept_sound.hpp"
#include "nodes/choices.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

std::vector<Branch> save_audio_advanced_format_branches() {
    InputSpec mp3_quality = inner_input("quality", "COMBO");
    Field<std::string>(mp3_quality).choices(one_of({"V0", "128k", "320k"})).default_value("V0");
    InputSpec opus_quality = inner_input("quality", "COMBO");
    Field<std::string>(opus_quality).choices(one_of({"64k", "96k", "128k", "192k", "320k"})).default_value("128k");
    return {{"flac", {}}, {"mp3", {mp3_quality}}, {"opus", {opus_quality}}};
}

struct SaveAudioAdvanced : KeptSound {
    std::string filename_prefix = "audio/ComfyUI";
    Chosen format;

    static void declare(Schema& s) {
        s.display_name = "Save Audio (Advanced)";
        s.description = "Saves the input audio to your ComfyUI output directory.";
        s.search_aliases = {"save audio", "export audio", "output audio", "write audio", "flac", "mp3", "opus"};
        declare_sound(s).tooltip("The audio to save.");
        s.in("filename_prefix", &SaveAudioAdvanced::filename_prefix)
            .option("multiline", false)
            .tooltip("The prefix for the file to save. May include formatting tokens such as %date:yyyy-MM-dd%.");
        choice_in(s, "format", "The file format in which to save the audio.", save_audio_advanced_format_branches(),
                  &SaveAudioAdvanced::format);
        declare_origin(s);
    }

    Returns<std::optional<Audio>> execute(Context& context) const {
        const std::string quality = format.inputs.contains("quality") ? format.text("quality") : "";
        return kept(context, "SaveAudioAdvanced", filename_prefix, sound_format(format.key, quality));
    }
};

}  // namespace

void register_save_audio_advanced(Registry& registry) { registry.add<SaveAudioAdvanced>("SaveAudioAdvanced"); }

}  // namespace easel::nodes
