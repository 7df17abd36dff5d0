// LoRA files: low-rank and other small differences to the weights of a model, in every layout that ComfyUI reads for
// the families we have (kohya, LyCORIS, diffusers, plain differences). Parsed once, applied to any number of models.
#pragma once

#include "inference/patches/patch.hpp"
#include "inference/weights/weights.hpp"

#include <map>
#include <string>

namespace easel::inference {

// Weight key by the name that a LoRA file uses for it.
using LoraKeys = std::map<std::string, std::string, std::less<>>;

class Lora {
public:
    // What the file says about one module: its weight and its bias. Either may be absent.
    struct Module {
        std::shared_ptr<const Patch> weight, bias;
    };

    // Throws ModelError when nothing in the file is a change to a weight.
    Lora(const TensorMap& tensors, std::string origin);

    // The patches for a model whose modules have these names.
    PatchMap patches_for(const LoraKeys& names) const;
    // The names in the file that neither of the two models has, for one warning.
    std::vector<std::string> unused(const LoraKeys& model, const LoraKeys& text) const;

    const std::string& origin() const { return origin_; }
    const std::map<std::string, Module, std::less<>>& modules() const { return modules_; }

private:
    std::string origin_;
    std::map<std::string, Module, std::less<>> modules_;
};

// Names of the modules of a UNet in CompVis layout (keys `input_blocks...`), kohya's, LyCORIS' and diffusers'.
LoraKeys unet_lora_keys(const Weights& unet);
// Which of a model's text encoders a CLIP is, which kohya and diffusers number.
enum class ClipPlace { first, second };
// Names of the modules of a CLIP text model (keys `text_model...`) that ComfyUI calls `part` ("clip_l").
LoraKeys clip_lora_keys(const Weights& clip, std::string_view part, ClipPlace place);

}  // namespace easel::inference
