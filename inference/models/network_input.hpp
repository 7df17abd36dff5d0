// What a diffusion network reads, and how the inputs of several conditions become one batch.
#pragma once

#include "inference/sampling/conditioning.hpp"
#include "inference/tensor.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {

struct LatentFormat;
struct NetworkPatches;

// Which step of which run of sampling an evaluation belongs to.
struct Evaluation {
    float sigma = 0.0f;
    // The batch has as many equal parts: which side of guidance each is for (0 is the positive one), and the number
    // that its condition keeps through the run.
    std::vector<int64_t> sides = {};
    std::vector<uint64_t> conditions = {};
    std::vector<float> schedule = {};  // the levels of the run
    // Goes on where drawing the initial noise left the seed's generator. Undefined outside a run.
    at::Generator generator = {};
};

// What control networks add to a network's activations. Entries may be undefined, which adds nothing.
struct ControlResiduals {
    std::vector<Tensor> input;   // after the blocks on the way in, or the blocks of a transformer, first to last
    std::vector<Tensor> middle;  // after the middle of a UNet
    std::vector<Tensor> output;  // to the skip connections of a UNet, or the last blocks of a transformer
};

// Phrases that a network's attention is to put into boxes (GLIGEN).
class Grounding {
public:
    virtual ~Grounding() = default;
    // `x` [batch, tokens, dim] between self and cross attention of the transformer block with this index.
    virtual Tensor operator()(const Tensor& x, int64_t block) const = 0;
};

// One evaluation of the network, conditions batched. Undefined tensors are absent inputs. The same struct without x and
// timestep holds the inputs of one condition.
struct NetworkInput {
    Tensor x;               // [batch, channels, (frames,) height, width], scaled by Prediction::network_input, float32
    Tensor timestep;        // [batch], float32
    Tensor context;         // [batch, tokens, dim]: encoded text
    // Whether the context may be repeated to the length of another one, to evaluate both in one batch: cross attention
    // does not notice, attention of text and picture together does.
    bool context_repeats = true;
    Tensor vector;          // [batch, dim]: pooled text and sizes, where the family has such an input
    Tensor concat;          // [batch, channels, (frames,) height, width]: what inpainting models read beside x
    Tensor guidance;        // [batch], float32: distilled guidance
    Tensor attention_mask;  // [batch, tokens]: 1 where a token of the context counts
    std::vector<Tensor> reference_latents;  // each [batch, channels, (frames,) h, w] in the model's scale
    std::shared_ptr<const ControlResiduals> control;  // for the whole batch; null for none
    std::shared_ptr<const Grounding> grounding;       // null for none
    // Inputs of one family, by its own names: [batch, ...], or numbers without dimensions, which are never batched.
    std::map<std::string, Tensor, std::less<>> extra;
    Attachments attached;  // what is no tensor; conditions share a batch only where these are the same objects

    Evaluation evaluation = {};
    const NetworkPatches* patches = nullptr;  // changes that the handle asks for (network_patches.hpp); may be null

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
    // Where several latents are sampled as one row of numbers [batch, 1, values] (sampling/latent_streams.hpp), their
    // shapes in this order; empty otherwise.
    std::vector<std::vector<int64_t>> streams = {};
};

// The inputs of one condition for a batch of `count` members; `concat` has been cut to the condition's box before.
NetworkInput repeated(const NetworkInput& input, int64_t count, at::Device device);

// Whether two conditions can be evaluated in one batch. Prompts of different lengths can, if both repeat to a common
// length that is not too long: attention does not notice repetition.
bool can_join(const NetworkInput& a, const NetworkInput& b);

// The batch of several conditions' inputs, which can all be joined. x and timestep are left undefined.
NetworkInput joined(const std::vector<const NetworkInput*>& inputs);

}  // namespace easel::inference
