#include "nodes/audio/audio.hpp"
#include "nodes/audio/audio_files.hpp"
#include "nodes/audio/silent_input.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SaveAudioMP3 {
    std::optional<Audio> audio;
    std::string filename_prefix = "audio/ComfyUI";
    std::string quality = "V0";
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Save Audio (MP3) (DEPRECATED)";
        s.output_node = true;
        s.deprecated = true;
        s.essentials_category = "Audio";
        s.search_aliases = {"export mp3"};
        required_input(s, "audio", &SaveAudioMP3::audio);
        s.in("filename_prefix", &SaveAudioMP3::filename_prefix).option("multiline", false);
        s.in("quality", &SaveAudioMP3::quality).choices(one_of({"V0", "128k", "320k"})).default_value("V0");
        s.hidden_in("prompt", "PROMPT", &SaveAudioMP3::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &SaveAudioMP3::extra_pnginfo);
        s.out("audio");
    }

    Returns<std::optional<Audio>> execute(Context& context) const {
        return {save_sounds(context, audio,
                            {.prefix = filename_prefix,
                             .folder = "output",
                             .format = sound_format("mp3", quality),
                             .prompt = prompt,
                             .extra_pnginfo = extra_pnginfo},
                            "SaveAudioMP3"),
                audio};
    }
};

}  // namespace

void register_save_audio_mp3(Registry& registry) { registry.add<SaveAudioMP3>("SaveAudioMP3"); }

}  // namespace easel::nodes
