#include "nodes/audio/audio.hpp"
#include "nodes/audio/audio_files.hpp"
#include "nodes/audio/silent_input.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SaveAudioOpus {
    std::optional<Audio> audio;
    std::string filename_prefix = "audio/ComfyUI";
    std::string quality = "128k";
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Save Audio (Opus) (DEPRECATED)";
        s.output_node = true;
        s.deprecated = true;
        s.search_aliases = {"export opus"};
        required_input(s, "audio", &SaveAudioOpus::audio);
        s.in("filename_prefix", &SaveAudioOpus::filename_prefix).option("multiline", false);
        s.in("quality", &SaveAudioOpus::quality)
            .choices(one_of({"64k", "96k", "128k", "192k", "320k"}))
            .default_value("128k");
        s.hidden_in("prompt", "PROMPT", &SaveAudioOpus::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &SaveAudioOpus::extra_pnginfo);
        s.out("audio");
    }

    Returns<std::optional<Audio>> execute(Context& context) const {
        return {save_sounds(context, audio,
                            {.prefix = filename_prefix,
                             .folder = "output",
                             .format = sound_format("opus", quality),
                             .prompt = prompt,
                             .extra_pnginfo = extra_pnginfo},
                            "SaveAudioOpus"),
                audio};
    }
};

}  // namespace

void register_save_audio_opus(Registry& registry) { registry.add<SaveAudioOpus>("SaveAudioOpus"); }

}  // namespace easel::nodes
