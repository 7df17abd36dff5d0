#include "nodes/audio/audio.hpp"
#include "nodes/audio/audio_files.hpp"
#include "nodes/audio/silent_input.hpp"
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

struct SaveAudioAdvanced {
    std::optional<Audio> audio;
    std::string filename_prefix = "audio/ComfyUI";
    Chosen format;
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Save Audio (Advanced)";
        s.description = "Saves the input audio to your ComfyUI output directory.";
        s.output_node = true;
        s.search_aliases = {"save audio", "export audio", "output audio", "write audio", "flac", "mp3", "opus"};
        required_input(s, "audio", &SaveAudioAdvanced::audio).tooltip("The audio to save.");
        s.in("filename_prefix", &SaveAudioAdvanced::filename_prefix)
            .option("multiline", false)
            .tooltip("The prefix for the file to save. May include formatting tokens such as %date:yyyy-MM-dd%.");
        choice_in(s, "format", "The file format in which to save the audio.", save_audio_advanced_format_branches(),
                  &SaveAudioAdvanced::format);
        s.hidden_in("prompt", "PROMPT", &SaveAudioAdvanced::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &SaveAudioAdvanced::extra_pnginfo);
        s.out("audio");
    }

    Returns<std::optional<Audio>> execute(Context& context) const {
        return {save_sounds(context, audio,
                            {.prefix = filename_prefix,
                             .folder = "output",
                             .format = sound_format(format.key,
                                                    format.inputs.contains("quality") ? format.text("quality") : ""),
                             .prompt = prompt,
                             .extra_pnginfo = extra_pnginfo},
                            "SaveAudioAdvanced"),
                audio};
    }
};

}  // namespace

void register_save_audio_advanced(Registry& registry) { registry.add<SaveAudioAdvanced>("SaveAudioAdvanced"); }

}  // namespace easel::nodes
