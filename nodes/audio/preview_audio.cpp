#include "nodes/audio/kept_sound.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PreviewAudio : KeptSound {
    static void declare(Schema& s) {
        declare_sound(s);
        s.display_name = "Preview Audio";
        s.description = "Preview the audio without saving it to the ComfyUI output directory.";
        s.search_aliases = {"play audio"};
        declare_origin(s);
    }

    Returns<std::optional<Audio>> execute(Context& context) const {
        return kept(context, "PreviewAudio", random_preview_prefix(), sound_format("flac"), "temp");
    }
};

}  // namespace

void register_preview_audio(Registry& registry) { registry.add<PreviewAudio>("PreviewAudio"); }

}  // namespace easel::nodes
