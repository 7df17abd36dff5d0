#include "nodes/audio/kept_sound.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SaveAudioMP3 : SoundOfOneFormat {
    std::string quality = "V0";

    static void declare(Schema& s) {
        declare_format(s);
        s.display_name = "Save Audio (MP3) (DEPRECATED)";
        s.essentials_category = "Audio";
        s.search_aliases = {"export mp3"};
        s.in("quality", &SaveAudioMP3::quality).choices(one_of({"V0", "128k", "320k"})).default_value("V0");
        declare_origin(s);
    }

    Returns<std::optional<Audio>> execute(Context& context) const {
        return kept(context, "SaveAudioMP3", filename_prefix, sound_format("mp3", quality));
    }
};

}  // namespace

void register_save_audio_mp3(Registry& registry) { registry.add<SaveAudioMP3>("SaveAudioMP3"); }

}  // namespace easel::nodes
