// What OmniGen 2 and Boogu have in common: text, reference pictures and the picture that is made, each refined alone,
// in one sequence and back.
#pragma once

#include "inference/models/model.hpp"
#include "inference/models/omnigen2/blocks.hpp"

#include <vector>

namespace easel::inference::omnigen2 {

// How many tokens of a sequence are which, and the picture in patches.
struct Extent {
    int64_t text_tokens, own_tokens, rows, columns;
};

class Trunk {
public:
    // `time_scale` is the network's time when the picture is done.
    Trunk(const Weights& w, double time_scale);

    struct Begun {
        Tensor time;      // [batch, width]
        Tensor text;      // [batch, tokens, dim]
        Tensor pictures;  // [batch, tokens, dim]: references, then the one that is made
        Rope rope;        // of text and pictures
        Extent extent;
    };
    Begun begin(const NetworkInput& input) const;
    // The velocity that the last of the tokens `x` [batch, tokens, dim] tell, shaped like the input's x.
    Tensor finish(const Tensor& x, const Begun& begun, const NetworkInput& input) const;

    int64_t dim() const { return picture_in_.out_features(); }

private:
    Tensor time(const Tensor& timestep) const;

    Weights weights_;
    double time_scale_;
    Linear picture_in_, reference_in_, time_in_, time_out_;
    RmsNorm text_norm_;
    Linear text_in_;
    std::vector<Block> picture_refiner_, reference_refiner_, text_refiner_;
    Weight reference_marks_;  // [5, dim]: which of the references it is
    Linear final_modulation_, final_;
};

// The inputs that both read of a condition.
void set_trunk_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target);

// What LoRA files call the modules of both.
LoraKeys trunk_lora_keys(const Weights& network);

// About as many tensors as wide as the stream as a block holds at once, for latents of this shape, in bytes.
std::size_t trunk_activation_bytes(at::IntArrayRef latent, int64_t dim, at::ScalarType dtype);

}  // namespace easel::inference::omnigen2
