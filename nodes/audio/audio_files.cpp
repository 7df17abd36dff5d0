#include "nodes/audio/audio_files.hpp"

#include "base/error.hpp"
#include "base/folders.hpp"
#include "base/python_repr.hpp"
#include "inference/audio/resample.hpp"
#include "nodes/media.hpp"
#include "nodes/saving.hpp"
#include "nodes/stored_files.hpp"

#include <string_view>
#include <utility>

namespace easel::nodes {
namespace {

// The rate that Opus takes for a sound: the next one above its own.
std::int64_t opus_rate(std::int64_t rate) {
    for (std::int64_t known : {8000, 12000, 16000, 24000, 48000})
        if (known >= rate) return known;
    return 48000;
}

}  // namespace

Audio load_sound(const graph::Context& context, const std::string& name) {
    const media::Sound sound = media_codecs().read_sound(require_annotated_file(context.use<Folders>(), name));
    return {sound.samples.unsqueeze(0), sound.rate};
}

media::SoundFormat sound_format(const std::string& container, const std::string& quality) {
    media::SoundFormat format{.container = container};
    if (quality == "V0") format.best_variable_quality = true;
    static constexpr std::pair<std::string_view, std::int64_t> rates[] = {
        {"64k", 64000}, {"96k", 96000}, {"128k", 128000}, {"192k", 192000}, {"320k", 320000}};
    for (const auto& [name, rate] : rates)
        if (quality == name) format.bits_per_second = rate;
    return format;
}

graph::Ui save_sounds(const graph::Context& context, const std::optional<Audio>& audio, const SoundSave& save,
                      const std::string& node) {
    if (!audio) throw UserError(node + ": input audio is None (source video may have no audio track).");
    SaveSlot slot(context.use<Folders>().directory(save.folder), save.prefix);
    const media::Tags tags = metadata_tags(context, save.prompt, save.extra_pnginfo);
    Json saved = Json::array();
    for (std::int64_t i = 0; i < audio->waveform.size(0); ++i) {
        media::Sound sound{audio->waveform[i], audio->sample_rate};
        if (save.format.container == "opus") {
            sound.rate = opus_rate(audio->sample_rate);
            sound.samples = inference::resample(sound.samples, audio->sample_rate, sound.rate);
        }
        const auto bytes = media_codecs().encode_sound(sound, save.format, tags);
        saved.push_back(slot.save(bytes, i, "." + save.format.container, save.folder));
    }
    return {{{"audio", saved}}};
}

Json sound_fingerprint(const ConstantInputs& inputs) {
    return file_digest(require_annotated_file(inputs.services.use<Folders>(), python_str(inputs["audio"])));
}

std::optional<std::string> refuse_missing_sound(const ConstantInputs& inputs) {
    const Json& name = inputs["audio"];
    if (name.is_null() || annotated_file(inputs.services.use<Folders>(), python_str(name))) return std::nullopt;
    return "Invalid audio file: " + python_str(name);
}

}  // namespace easel::nodes
