#include "nodes/audio/audio.hpp"
#include "nodes/audio/audio_files.hpp"
#include "nodes/audio/silent_input.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SaveAudio {
    std::optional<Audio> audio;
    std::string filename_prefix = "audio/ComfyUI";
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Save Audio (FLAC) (DEPRECATED)";
        s.output_node = true;
        s.deprecated = true;
        s.essentials_category = "Audio";
        s.search_aliases = {"export flac"};
        required_input(s, "audio", &SaveAudio::audio);
        s.in("filename_prefix", &SaveAudio::filename_prefix).option("multiline", false);
        s.hidden_in("prompt", "PROMPT", &SaveAudio::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &SaveAudio::extra_pnginfo);
        s.out("audio");
    }

    Returns<std::optional<Audio>> execute(Context& context) const {
        return {save_sounds(context, audio,
                            {.prefix = filename_prefix,
                             .folder = "output",
                             .format = sound_format("flac"),
                             .prompt = prompt,
                             .extra_pnginfo = extra_pnginfo},
                            "SaveAudio"),
                audio};
    }
};

}  // namespace

void register_save_audio(Registry& registry) { registry.add<SaveAudio>("SaveAudio"); }

}  // namespace easel::nodes
