// What a node that lets a language model write text has in common with the others.
#pragma once

#include "nodes/audio/audio.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/types.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace easel::nodes {

// Its inputs, and how it writes. First base of such a node.
struct TextWriting {
    Clip clip;
    std::string prompt;
    std::int64_t max_length = 512;
    Chosen sampling_mode;
    std::optional<Image> image;
    std::optional<Image> video;
    std::optional<Audio> audio;
    bool thinking = false;
    bool use_default_template = true;

    static void declare_text_writing(Schema& s);

    // What the model writes after `text`.
    std::string written(const std::string& text, Context& context) const;
};

}  // namespace easel::nodes
