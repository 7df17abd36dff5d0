// The record by which a way of reading prompts is known: which encoders it is made of and how their outputs become one
// condition. A family is a file inference/text/families/<name>.cpp that defines
//
//     void register_text_<name>(TextFamilies& families) { families.push_back({.name = "sd1", ...}); }
//
// CMake writes the call. Loaders find families by CLIPLoader's type and the kinds of the files, checkpoints by name.
#pragma once

#include "inference/text/text_encoder.hpp"
#include "inference/weights/weights.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

// The tensors of one text encoder, renamed to the layout that its network reads.
struct EncoderFile {
    std::string kind;  // ComfyUI's name of the encoder: "clip_l", "clip_g", "clip_h", "t5xxl", "qwen3_4b", ...
    TensorMap tensors;
};

// What kind of encoder a file holds; nothing when none is known. No tensor is copied, except a projection that is
// stored transposed. (comfy.sd.detect_te_model)
std::optional<EncoderFile> recognise_encoder(const TensorMap& tensors);

struct TextFamily {
    std::string_view name;
    // Whether it is meant when a loader of this `type` is given files of these kinds, in their order. At most one
    // family says yes.
    bool (*matches)(std::string_view type, const std::vector<std::string>& kinds);
    // `w` has one part for each encoder, named after its kind: `w / "clip_l"`.
    std::shared_ptr<const TextModel> (*build)(const Weights& w, const TextSettings& settings);
    // Changes the tensors before `build`; null where they are used as they are.
    void (*adapt)(std::vector<EncoderFile>& encoders) = nullptr;
};

using TextFamilies = std::vector<TextFamily>;

// Every family, in the order of their files. (register_text_families.cpp, written by CMake)
void register_text_families(TextFamilies& families);

// Where a checkpoint keeps its text encoders.
struct CheckpointText {
    struct Part {
        std::string_view kind;
        std::vector<std::string_view> prefixes;  // the first that is present counts
    };

    std::string_view family;  // the TextFamily's name
    std::vector<Part> parts;  // those that a file lacks are left out
    // There is no encoder, the network reads the prompt's tokens: the TextFamily only makes these.
    bool is_in_network = false;
};

}  // namespace easel::inference
