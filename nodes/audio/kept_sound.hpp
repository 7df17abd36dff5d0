// What nodes share that write a sound into a file and hand it on.
#pragma once

#include "nodes/audio/audio.hpp"
#include "nodes/audio/audio_files.hpp"
#include "nodes/audio/silent_input.hpp"
#include "nodes/file_origin.hpp"

#include <optional>
#include <string>

namespace easel::nodes {

// First base of such a node.
struct KeptSound : FileOrigin {
    std::optional<Audio> audio;

    static auto declare_sound(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.output_node = true;
        s.out("audio");
        return required_input(s, "audio", &KeptSound::audio);
    }

    // Writes the sound and shows it. Without one throws a ValueError that names `node`.
    Returns<std::optional<Audio>> kept(const Context& context, const std::string& node, const std::string& prefix,
                                       const media::SoundFormat& format, const std::string& folder = "output") const {
        const SoundSave save{
            .prefix = prefix, .folder = folder, .format = format, .prompt = prompt, .extra_pnginfo = extra_pnginfo};
        return {save_sounds(context, audio, save, node), audio};
    }
};

// A node for one format, which a later node for all of them has replaced.
struct SoundOfOneFormat : KeptSound {
    std::string filename_prefix = "audio/ComfyUI";

    static void declare_format(Schema& s) {
        declare_sound(s);
        s.deprecated = true;
        s.in("filename_prefix", &SoundOfOneFormat::filename_prefix).option("multiline", false);
    }
};

}  // namespace easel::nodes
