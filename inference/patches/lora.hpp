// LoRA files: low-rank and other small differences to the weights of a model, in every layout that ComfyUI reads for
// the families we have (kohya, LyCORIS, diffusers, plain differences). Parsed once, applied to any number of models.
#pragma once

#include "inference/patches/patch.hpp"
#include "inference/weights/weights.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {

// Where the change to one module of a LoRA file goes: a weight, or a part of one where the model keeps several of the
// file's modules together (`{"double_blocks.0.img_attn.qkv.weight", {.dimension = 0, .start = 0, .length = 3072}}`).
struct LoraTarget {
    std::string key;
    std::optional<WeightSlice> slice = {};
    // The file has the halves (scale and shift) the other way round.
    bool swapped_halves = false;

    LoraTarget() = default;
    LoraTarget(std::string key_) : key(std::move(key_)) {}
    LoraTarget(const char* key_) : key(key_) {}
    LoraTarget(std::string key_, WeightSlice slice_) : key(std::move(key_)), slice(slice_) {}
};

// Weight by the name that a LoRA file uses for its module.
using LoraKeys = std::map<std::string, LoraTarget, std::less<>>;

class Lora {
public:
    // What the file says about one module: its weight and its bias. Either may be absent.
    struct Module {
        std::shared_ptr<const Patch> weight, bias;
        std::vector<std::string> keys;  // of the file
    };

    // Throws ModelError when nothing in the file is a change to a weight.
    Lora(const TensorMap& tensors, std::string origin, std::map<std::string, std::string> metadata = {});

    // The patches for a model whose modules have these names.
    PatchList patches_for(const LoraKeys& names, double strength) const;
    // The keys in the file that mean nothing to either of the two models.
    std::vector<std::string> unused(const LoraKeys& model, const LoraKeys& text) const;
    // Logs them, one a line, as the reference does.
    void warn_of_unused(const LoraKeys& model, const LoraKeys& text) const;

    const std::string& origin() const { return origin_; }
    // The file's text entries.
    const std::map<std::string, std::string>& metadata() const { return metadata_; }
    const std::map<std::string, Module, std::less<>>& modules() const { return modules_; }

private:
    std::string origin_;
    std::map<std::string, std::string> metadata_;
    std::map<std::string, Module, std::less<>> modules_;
    std::vector<std::string> unknown_;  // keys that are no change of a known kind
};

// The names that every diffusion network's modules have, made from their keys.
LoraKeys module_lora_keys(const Weights& network);
// Names of the modules of a UNet in CompVis layout (keys `input_blocks...`), kohya's, LyCORIS' and diffusers'.
LoraKeys unet_lora_keys(const Weights& unet);

}  // namespace easel::inference
