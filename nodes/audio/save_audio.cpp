#include "nodes/audio/kept_sound.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SaveAudio : SoundOfOneFormat {
    static void declare(Schema& s) {
        declare_format(s);
        s.display_name = "Save Audio (FLAC) (DEPRECATED)";
        s.essentials_category = "Audio";
        s.search_aliases = {"export flac"};
        declare_origin(s);
    }

    Returns<std::optional<Audio>> execute(Context& context) const {
        return kept(context, "SaveAudio", filename_prefix, sound_format("flac"));
    }
};

}  // namespace

void register_save_audio(Registry& registry) { registry.add<SaveAudio>("SaveAudio"); }

}  // namespace easel::nodes
