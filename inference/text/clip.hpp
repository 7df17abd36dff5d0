// The text transformer of CLIP (Radford et al. 2021), as Stable Diffusion reads prompts with it: which one it is
// follows from the number of its layers, every size from the weights.
#pragma once

#include "inference/layers/embedding.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/text/prompt_embedding.hpp"
#include "inference/text/prompt_tokens.hpp"
#include "inference/text/text_encoder.hpp"
#include "inference/weights/weights.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {

// How one family reads a CLIP.
struct ClipReading {
    std::string_view name = "clip_l";  // ComfyUI's name of the encoder, in embedding files and LoRA keys
    int pad = 49407;                   // the token behind a prompt's end
    std::optional<int> layer = {};     // which layer is read unless the handle says otherwise; unset is the last
    bool normalise_hidden = true;      // whether a hidden layer's output passes the final norm
    bool project_pooled = true;        // whether the pooled output goes through text_projection
    bool masks_padding = false;        // whether what follows the end of the prompt is out of sight
};

struct ClipLayer {
    LayerNorm norm1, norm2;
    Linear q, k, v, out;
    Linear fc1, fc2;
    int64_t heads;
    bool quick_gelu;

    ClipLayer(const Weights& w, bool quick_gelu_);
    // `x` and the result [batch, tokens, dim]; `mask` broadcasts to [batch, heads, tokens, tokens].
    Tensor operator()(const Tensor& x, const Tensor& mask) const;
};

class ClipTextNetwork {
public:
    enum class Activation { by_depth, quick_gelu };  // by_depth: quick in CLIP-L, exact in the larger ones
    struct Output {
        Tensor hidden;  // [batch, tokens, dim]: the last layer's through the final norm, or that of the asked layer
        Tensor last;    // [batch, tokens, dim]: the last layer's, through the final norm
    };

    // `w` has `text_model...` and perhaps `text_projection.weight`.
    explicit ClipTextNetwork(const Weights& w, Activation activation = Activation::by_depth);

    // `embeddings` [batch, tokens, dim] without positions; `mask` [batch, tokens], where defined, is 0 at tokens that
    // are out of sight. `layer` counts from the end, -1 is the last.
    Output operator()(const Tensor& embeddings, const Tensor& mask, std::optional<int> layer,
                      bool normalise_hidden) const;
    // Pooled rows [batch, dim] through the projection, where there is one.
    Tensor project(const Tensor& pooled) const;

    Embedding tokens;
    int64_t layer_count() const { return static_cast<int64_t>(layers_.size()); }
    int64_t position_count() const { return positions_.size(0); }

private:
    Weight positions_;
    std::vector<ClipLayer> layers_;
    LayerNorm final_norm_;
    Weight projection_;
};

// How prompts are cut into tokens for a CLIP that is read so, which does not take the network.
PromptFormat clip_format(const ClipReading& reading, const TextSettings& settings);

// One prompt through one CLIP network: chunks, weights relative to the empty prompt, pooled output of the first chunk.
class ClipEncoder {
public:
    // `w` as above.
    ClipEncoder(const Weights& w, ClipReading reading, const TextSettings& settings);

    struct Encoded {
        Tensor cross;        // [1, 77 * chunks, dim]
        Tensor pooled;       // [1, dim]
        Tensor unprojected;  // the same before text_projection
    };
    std::vector<PromptChunk> tokenize(std::string_view prompt) const { return tokenize_prompt(prompt, format_); }
    // No chunks at all are read as the bare start and end.
    Encoded encode(const std::vector<PromptChunk>& chunks, std::optional<int> stop_layer) const;
    Encoded encode(std::string_view prompt, std::optional<int> stop_layer) const {
        return encode(tokenize(prompt), stop_layer);
    }

    const PromptFormat& format() const { return format_; }

private:
    SpecialTokens special() const { return {.start = format_.start, .end = format_.end, .pad = format_.pad}; }

    ClipReading reading_;
    ClipTextNetwork network_;
    PromptFormat format_;
};

// A text model of one CLIP.
std::shared_ptr<const TextModel> make_clip_model(const Weights& w, const ClipReading& reading,
                                                 const TextSettings& settings);

// Renames the tensors of a CLIP in any layout (Hugging Face with or without its `text_model.`, OpenCLIP with joint
// projections) to Hugging Face's. Nothing when they are no CLIP text model. No tensor is copied, except a projection
// that is stored transposed.
std::optional<TensorMap> canonical_clip(const TensorMap& tensors);

}  // namespace easel::inference
