// Sounds in files, for the nodes that load and save them.
#pragma once

#include "media/codecs.hpp"
#include "nodes/audio/audio.hpp"

#include <optional>
#include <string>

namespace easel::nodes {

// `name` is as in annotated_file. Any file that holds a sound.
Audio load_sound(const graph::Context& context, const std::string& name);

struct SoundSave {
    std::string prefix;
    std::string folder = "output";  // or "temp"
    media::SoundFormat format;
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;
};

// The container and the quality by their names in the nodes' choices: "mp3", "V0"; "opus", "128k".
media::SoundFormat sound_format(const std::string& container, const std::string& quality = {});

// Saves every sound of a batch and shows them. Without one throws a ValueError that names `node`.
graph::Ui save_sounds(const graph::Context& context, const std::optional<Audio>& audio, const SoundSave& save,
                      const std::string& node);

// For nodes whose input "audio" is such a name: the digest of the file, and a refusal of names without a file.
Json sound_fingerprint(const ConstantInputs& inputs);
std::optional<std::string> refuse_missing_sound(const ConstantInputs& inputs);

}  // namespace easel::nodes
