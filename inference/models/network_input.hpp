// What a diffusion network reads, and how the inputs of several conditions become one batch.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {

struct LatentFormat;

// One evaluation of the network, conditions batched. Undefined tensors are absent inputs. The same struct without x and
// timestep holds the inputs of one condition.
struct NetworkInput {
    Tensor x;               // [batch, channels, (frames,) height, width], scaled by Prediction::network_input, float32
    Tensor timestep;        // [batch], float32
    Tensor context;         // [batch, tokens, dim]: encoded text
    Tensor vector;          // [batch, dim]: pooled text and sizes, where the family has such an input
    Tensor concat;          // [batch, channels, (frames,) height, width]: what inpainting models read beside x
    Tensor guidance;        // [batch], float32: distilled guidance
    Tensor attention_mask;  // [batch, tokens]: 1 where a token of the context counts
    std::vector<Tensor> reference_latents;  // each [batch, channels, (frames,) h, w] in the model's scale
    // Inputs of one family, by its own names: [batch, ...], or numbers without dimensions, which are never batched.
    std::map<std::string, Tensor, std::less<>> extra;

    // The extra input of this name; undefined when there is none.
    Tensor find(std::string_view name) const;
};

// What is being sampled, in the model's scale, as conditions see it while they are made ready.
struct SamplingTarget {
    at::IntArrayRef shape;
    const Tensor& latent;
    std::optional<Tensor> noise_mask;  // [batch, channels, h, w]
    const LatentFormat* format = nullptr;
    bool is_negative = false;  // which side of guidance the condition is for
};

// The inputs of one condition for a batch of `count` members; `concat` has been cut to the condition's box before.
NetworkInput repeated(const NetworkInput& input, int64_t count, at::Device device);

// Whether two conditions can be evaluated in one batch. Prompts of different lengths can, if both repeat to a common
// length that is not too long: attention does not notice repetition.
bool can_join(const NetworkInput& a, const NetworkInput& b);

// The batch of several conditions' inputs, which can all be joined. x and timestep are left undefined.
NetworkInput joined(const std::vector<const NetworkInput*>& inputs);

}  // namespace easel::inference
