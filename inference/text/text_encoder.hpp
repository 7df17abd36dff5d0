// What CLIP links carry: a handle that turns a prompt into conditioning. Cheap to copy; the networks behind it are
// shared. Prompts may weight words, `(word:1.2)`, and name textual inversions, `embedding:name`.
#pragma once

#include "inference/patches/hooks.hpp"
#include "inference/patches/lora.hpp"
#include "inference/patches/merge.hpp"
#include "inference/sampling/conditioning.hpp"
#include "inference/tensor.hpp"
#include "inference/weights/weights.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

// What is to be encoded: a prompt, and what some encoders read beside it.
struct TextRequest {
    std::string prompt;
    // Prompts of single encoders that differ from `prompt`, by the encoder's name ("clip_g", "t5xxl").
    std::map<std::string, std::string, std::less<>> by_encoder = {};
    std::vector<Tensor> images = {};  // [1, height, width, 3] in 0..1, for encoders that see
    // What is put around the prompt instead of the family's own template; `{}` stands for the prompt.
    std::optional<std::string> chat_template = {};
    // Settings of single families, by the names of their nodes' inputs ("t5xxl_min_length").
    std::map<std::string, double, std::less<>> settings = {};

    const std::string& prompt_for(std::string_view encoder) const;
    double setting(std::string_view name, double otherwise) const;
};

// What a prompt is encoded with beside the weights.
struct TextSettings {
    // Folders in which `embedding:name` is looked for; asked each time, since files come and go.
    std::function<std::vector<std::filesystem::path>()> embedding_folders;
};

// How an encoder that is a language model continues a prompt.
struct TextGeneration {
    int64_t max_length = 256;  // tokens
    bool samples = true;       // otherwise the likeliest token is taken, and the fields below up to `seed` do not count
    double temperature = 1.0;
    int64_t top_k = 50;  // 0: any number
    double top_p = 0.95;
    double min_p = 0.0;
    uint64_t seed = 0;
    double repetition_penalty = 1.0;
    double presence_penalty = 0.0;
    std::function<void(int64_t)> progress = {};  // told how many tokens there are; may throw to stop
};

// The networks and the tokenizer of one or several encoders that make one conditioning together.
class TextModel {
public:
    virtual ~TextModel() = default;
    // `stop_layer`: read this layer instead of the last (-1 is the last, -2 the one before, ...).
    virtual Condition encode(const TextRequest& request, std::optional<int> stop_layer) const = 0;
    // What follows the prompt, as text. Throws ModelError where the encoder is no language model.
    virtual std::string generate(const TextRequest& request, const TextGeneration& generation) const;
    virtual LoraKeys lora_keys() const = 0;
};

// Changes to the weights of text encoders that a node asks for (SetClipHooks).
struct TextHooks {
    std::shared_ptr<const HookGroup> group;
    bool of_conditions = true;  // what is encoded carries the hooks for the diffusion model
    bool scheduled = false;     // prompts are encoded anew wherever strengths change; else at full strength
};

class TextEncoder {
public:
    // An empty handle, for fields that are filled later; only assignment is allowed.
    TextEncoder() = default;
    TextEncoder(std::shared_ptr<const TextModel> model, std::shared_ptr<WeightTable> weights)
        : model_(std::move(model)), weights_(std::move(weights)) {}

    Conditioning encode(std::string_view prompt) const { return encode(TextRequest{.prompt = std::string(prompt)}); }
    Conditioning encode(const TextRequest& request) const;
    std::string generate(const TextRequest& request, const TextGeneration& generation) const;

    // Strength 0 returns the same handle.
    TextEncoder with_lora(const Lora& lora, double strength) const;
    // As Model::with_merged.
    TextEncoder with_merged(const TextEncoder& other, const MergeRatios& ratios) const;
    const std::shared_ptr<const PatchSet>& patches() const { return patches_; }
    // Clip skip: -1 is the last layer, -2 the one before.
    TextEncoder with_stop_layer(int layer) const;
    // Settings of every later request that does not have them itself.
    TextEncoder with_settings(const std::map<std::string, double, std::less<>>& settings) const;

    // In place of earlier ones, but for what conditions carry where `hooks` leave that alone.
    TextEncoder with_hooks(TextHooks hooks) const;
    // Changes the weights that `patches` names by their keys.
    TextEncoder with_patches(const PatchList& patches) const;

    LoraKeys lora_keys() const { return model_->lora_keys(); }
    const std::shared_ptr<WeightTable>& weights() const { return weights_; }

private:
    TextRequest with_own_settings(TextRequest request) const;
    Conditioning encode_now(const TextRequest& request) const;
    Condition encode_hooked(const TextRequest& request, const std::vector<double>& strengths) const;

    std::shared_ptr<const TextModel> model_;
    std::shared_ptr<WeightTable> weights_;
    std::shared_ptr<const PatchSet> patches_;
    std::optional<int> stop_layer_;
    std::map<std::string, double, std::less<>> settings_;
    std::optional<TextHooks> hooks_;
    std::shared_ptr<const HookGroup> condition_hooks_;
};

}  // namespace easel::inference
