// A language model as a text encoder: the states of its layers for the tokens of a prompt.
#pragma once

#include "inference/text/language_model.hpp"
#include "inference/text/prompt_embedding.hpp"
#include "inference/text/text_encoder.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

// How one family reads a language model.
struct LanguageReading {
    std::string_view name;       // ComfyUI's name of the encoder, in embedding files, LoRA keys and settings
    std::optional<int> start;    // the token in front of every prompt
    int pad = 0;                 // what prompts are padded with
    SpecialTokens special;       // by which the network knows what counts
    std::size_t min_length = 1;  // tokens
    bool pads_left = false;
    bool reads_weights = false;         // whether parentheses weight words
    bool reads_embeddings = true;       // whether prompts may name textual inversions
    bool zeroes_padding = false;        // whether the states of padding are zero
    LanguageModel::Wanted wanted = {};  // nothing: the last layer, normed
};

// The text with `text` in place of the template's `{}`.
std::string fill_template(std::string_view chat_template, std::string_view text);

// Which tokens of a prompt's first chunk stand for pictures: bool [tokens].
Tensor picture_rows(const EmbeddedPrompt& prompt);

class LanguageEncoder {
public:
    using Tokenizer = std::function<std::vector<int>(std::string_view)>;

    // `w` has `embed_tokens.weight`, `layers...`.
    LanguageEncoder(const Weights& w, LanguageModelConfig config, LanguageReading reading, Tokenizer tokenize,
                    const TextSettings& settings);

    // The tokens of a text, which is the prompt with its template. One chunk of any length.
    std::vector<PromptChunk> tokenize(std::string_view text, const TextRequest& request) const;

    struct Encoded {
        Tensor states;  // [1, tokens, dim], or [1, taps, tokens, dim] where the reading wants taps
        Tensor mask;    // [1, tokens], int64: 0 where the prompt is padded
    };
    // `positions` says where tokens are when pictures are among them.
    using Positions = std::function<Tensor(const EmbeddedPrompt& prompt)>;
    // `added` [picture tokens, dim] goes to the tokens of the pictures behind each of the first layers.
    Encoded encode(const std::vector<PromptChunk>& chunks, std::optional<int> stop_layer,
                   const Positions& positions = {}, const std::vector<Tensor>& added = {}) const;

    EmbeddedPrompt embed(const std::vector<PromptChunk>& chunks) const;
    const LanguageModel& model() const { return model_; }
    const LanguageReading& reading() const { return reading_; }

private:
    LanguageReading reading_;
    LanguageModel model_;
    PromptFormat format_;
};

}  // namespace easel::inference
