// What steers sampling: a list of conditions, each an encoded prompt plus where, when and how strongly it applies.
// Conditioning nodes copy a list and change fields; tensors are shared between copies and never written to.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {

// A box of the latent. `size` and `start` have one entry per spatial dimension, outermost first: {height, width} for
// pictures, {frames, height, width} for video. A box with fewer dimensions than the latent spans the leading ones.
struct Area {
    enum class Unit { latent, fraction };  // fraction: of the latent's size, 0..1

    Unit unit = Unit::latent;
    std::vector<double> size;
    std::vector<double> start;
};

// The picture that the fields below refer to, in pixels. Models trained with size conditioning (SDXL) read it.
struct SizeConditioning {
    std::optional<int64_t> width, height, crop_w, crop_h, target_width, target_height;
    std::optional<double> aesthetic_score;
};

// Something that conditioning nodes hand to the networks of one family and that is no tensor.
struct Attachment {
    virtual ~Attachment() = default;
};
using Attachments = std::map<std::string, std::shared_ptr<const Attachment>, std::less<>>;

struct AppliedControl;   // inference/control/control.hpp
struct GroundedPhrases;  // inference/control/gligen.hpp
class HookGroup;         // inference/patches/hooks.hpp

// How a transformer tells pictures that it looks at from the one that it makes, by their positions.
enum class ReferenceMethod {
    offset,               // they lie beside it and each other, in one plane behind it
    index,                // each lies in a plane of its own
    uxo,                  // they continue its diagonal (USO, UNO)
    index_timestep_zero,  // as `index`, and the network hears that they are without noise
    negative_index,       // as `index`, the planes counted backwards
};

struct Condition {
    Tensor cross;                  // [batch, tokens, dim]; undefined when the model takes no text
    std::optional<Tensor> pooled;  // [batch, dim]

    std::optional<Area> area;
    double strength = 1.0;

    std::optional<Tensor> mask;  // [batch, height, width] or [height, width], any size: resized to the latent
    double mask_strength = 1.0;
    bool set_area_to_bounds = false;  // compute only the mask's bounding box

    // The part of the schedule where the condition counts, 0 is the start of sampling (most noise), 1 its end.
    std::optional<double> start_percent;
    std::optional<double> end_percent;
    // The part that the prompt was encoded for, where encodings differ along the schedule (SetClipHooks).
    std::optional<double> encoded_from, encoded_to;

    // What inpainting models read beside the noise: a latent as the VAE encoded it, and a mask [batch, 1, h, w].
    std::optional<Tensor> concat_latent_image;
    std::optional<Tensor> concat_mask;

    // The control networks that are to be heard, the last one first; null for none.
    std::shared_ptr<const AppliedControl> control;
    // Whether conditions of the other side that have no control are to hear these as well. (ControlNetApply)
    bool control_for_both_sides = false;
    std::shared_ptr<const GroundedPhrases> grounded;  // phrases with their boxes; null for none
    std::shared_ptr<const HookGroup> hooks;           // changes to the weights for this condition alone; null for none
    bool is_default = false;                          // counts only where no other condition of its side does

    std::optional<double> guidance;  // distilled guidance (Flux); nothing leaves it to the family
    bool without_guidance = false;   // the network is not told of any guidance (FluxDisableGuidance)
    SizeConditioning size;

    std::optional<Tensor> attention_mask;  // [batch, tokens], 1 where a token of `cross` counts
    std::vector<Tensor>
        reference_latents;  // pictures to look at, [batch, channels, (frames,) h, w] as the VAE made them
    std::optional<ReferenceMethod> reference_method;  // nothing leaves it to the family
    // What text encoders and conditioning nodes hand to the networks of one family, by the name that both know. The
    // first dimension is the batch; a tensor without dimensions is a number.
    std::map<std::string, Tensor, std::less<>> extra;
    Attachments
        attached;  // likewise what is no tensor; the same object on both sides of guidance where it says the same
};

using Conditioning = std::vector<Condition>;

}  // namespace easel::inference
