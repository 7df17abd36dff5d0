#include "nodes/audio/kept_sound.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SaveAudioOpus : SoundOfOneFormat {
    std::string quality = "128k";

    static void declare(Schema& s) {
        declare_format(s);
        s.display_name = "Save Audio (Opus) (DEPRECATED)";
        s.search_aliases = {"export opus"};
        s.in("quality", &SaveAudioOpus::quality)
            .choices(one_of({"64k", "96k", "128k", "192k", "320k"}))
            .default_value("128k");
        declare_origin(s);
    }

    Returns<std::optional<Audio>> execute(Context& context) const {
        return kept(context, "SaveAudioOpus", filename_prefix, sound_format("opus", quality));
    }
};

}  // namespace

void register_save_audio_opus(Registry& registry) { registry.add<SaveAudioOpus>("SaveAudioOpus"); }

}  // namespace easel::nodes
