// What CLIP links carry: a handle that turns a prompt into conditioning. Cheap to copy; the networks behind it are
// shared. Prompts may weight words, `(word:1.2)`, and name textual inversions, `embedding:name`.
#pragma once

#include "inference/patches/lora.hpp"
#include "inference/sampling/conditioning.hpp"
#include "inference/tensor.hpp"
#include "inference/weights/weights.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

// One encoder inside a checkpoint: which kind of text model, and under which key prefixes files keep it (the first
// that is present counts).
struct TextPart {
    enum class Kind { clip };

    Kind kind = Kind::clip;
    std::string_view name = "clip_l";  // ComfyUI's name of the encoder, in embedding files and LoRA keys
    std::vector<std::string_view> prefixes = {};
    int pad = 49407;                // the token behind a prompt's end
    std::optional<int> layer = {};  // which layer is read unless the handle says otherwise; unset is the last
    bool normalise_hidden = true;   // whether a hidden layer's output passes the final norm
    bool project_pooled = true;     // whether the pooled output goes through text_projection
};

// What a prompt is encoded with beside the weights.
struct TextSettings {
    // Folders in which `embedding:name` is looked for; asked each time, since files come and go.
    std::function<std::vector<std::filesystem::path>()> embedding_folders;
};

// The networks and the tokenizer of one or several encoders that make one conditioning together.
class TextModel {
public:
    virtual ~TextModel() = default;
    // `stop_layer`: read this layer instead of the last (-1 is the last, -2 the one before, ...).
    virtual Condition encode(std::string_view prompt, std::optional<int> stop_layer) const = 0;
    virtual LoraKeys lora_keys() const = 0;
};

class TextEncoder {
public:
    // An empty handle, for fields that are filled later; only assignment is allowed.
    TextEncoder() = default;
    TextEncoder(std::shared_ptr<const TextModel> model, std::shared_ptr<WeightTable> weights)
        : model_(std::move(model)), weights_(std::move(weights)) {}

    Conditioning encode(std::string_view prompt) const;

    // Strength 0 returns the same handle.
    TextEncoder with_lora(const Lora& lora, double strength) const;
    // Clip skip: -1 is the last layer, -2 the one before.
    TextEncoder with_stop_layer(int layer) const;

    LoraKeys lora_keys() const { return model_->lora_keys(); }
    const std::shared_ptr<WeightTable>& weights() const { return weights_; }

private:
    std::shared_ptr<const TextModel> model_;
    std::shared_ptr<WeightTable> weights_;
    std::shared_ptr<const PatchSet> patches_;
    std::optional<int> stop_layer_;
};

}  // namespace easel::inference
