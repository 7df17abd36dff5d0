#include "nodes/audio/audio.hpp"
#include "nodes/audio/audio_files.hpp"
#include "nodes/audio/silent_input.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PreviewAudio {
    std::optional<Audio> audio;
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Preview Audio";
        s.description = "Preview the audio without saving it to the ComfyUI output directory.";
        s.output_node = true;
        s.search_aliases = {"play audio"};
        required_input(s, "audio", &PreviewAudio::audio);
        s.hidden_in("prompt", "PROMPT", &PreviewAudio::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &PreviewAudio::extra_pnginfo);
        s.out("audio");
    }

    Returns<std::optional<Audio>> execute(Context& context) const {
        return {save_sounds(context, audio,
                            {.prefix = random_preview_prefix(),
                             .folder = "temp",
                             .format = sound_format("flac"),
                             .prompt = prompt,
                             .extra_pnginfo = extra_pnginfo},
                            "PreviewAudio"),
                audio};
    }
};

}  // namespace

void register_preview_audio(Registry& registry) { registry.add<PreviewAudio>("PreviewAudio"); }

}  // namespace easel::nodes
