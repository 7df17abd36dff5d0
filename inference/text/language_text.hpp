// A text model of one language model: what most of the newer families read prompts with.
#pragma once

#include "inference/text/language_encoder.hpp"
#include "inference/text/vision/picture_reader.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace easel::inference {

// What is put around a prompt. `{}` stands for the prompt.
struct ChatFormat {
    std::string_view usual = "{}";
    std::string_view with_pictures = {};  // where the request has pictures; empty: as usual
    std::string_view picture_place = {};  // the part of `with_pictures` that comes as often as there are pictures
    // Follows the template where the request does not set `thinking`, or sets it to 0.
    std::string_view without_thinking = {};
    bool thinks = true;        // where the request does not say
    bool may_be_bare = false;  // whether `uses_template` of 0 leaves the prompt as it is
    // Around prompts that text is to be written for, where the request sets `uses_template`; empty: as usual.
    std::string_view for_writing = {};
    std::string_view for_writing_with_pictures = {};
    // Prompts that begin so have what they need around them.
    std::vector<std::string_view> complete_beginnings = {};
    int picture_token = -1;       // stands where a picture goes
    std::vector<int> stops = {};  // tokens after which nothing more is written
};

// The text that the encoder reads for a request.
std::string chat_text(const ChatFormat& format, const TextRequest& request, std::string_view encoder);

struct LanguageTextParts {
    LanguageReading reading;
    LanguageModelConfig config;
    ChatFormat chat;
    LanguageEncoder::Tokenizer tokenize;
    std::function<std::string(const std::vector<int>&)> decode;
    // Makes the conditioning of the states [1, tokens, dim] or [1, taps, tokens, dim]; nothing: as they are.
    Tensor (*joined)(const Tensor& states) = nullptr;
    bool returns_mask = true;  // whether the network is told where the padding is
    // Reads pictures with the vision tower under `eyes_part`; nothing: the encoder sees none.
    std::function<std::shared_ptr<const PictureReader>(const Weights& visual)> eyes = {};
    std::string_view eyes_part = "visual";
};

class LanguageText : public TextModel {
public:
    // `w` has `model...` and perhaps `visual...`.
    LanguageText(const Weights& w, LanguageTextParts parts, const TextSettings& settings);

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override;
    std::string generate(const TextRequest& request, const TextGeneration& generation) const override;
    LoraKeys lora_keys() const override;
    bool sees_pictures() const { return eyes_ != nullptr; }

protected:
    struct Prompt {
        std::vector<PromptChunk> chunks;
        std::vector<PatchGrid> pictures = {};  // in the order of their places in the prompt
        std::vector<Tensor> deep = {};         // what is added to the pictures' tokens behind the first layers
    };
    virtual Prompt read(const TextRequest& request) const;
    // A prompt of these tokens, in which pictures take the places that there are for them.
    Prompt with_pictures(PromptChunk tokens, const std::vector<Tensor>& pictures) const;
    // As encode(), of a prompt that was read.
    Condition encode(const Prompt& prompt, std::optional<int> stop_layer) const;

private:
    LanguageEncoder::Positions positions(const Prompt& prompt) const;

    Weights weights_;
    LanguageTextParts parts_;
    LanguageEncoder encoder_;
    std::shared_ptr<const PictureReader> eyes_;
};

// States of several layers [1, taps, tokens, dim] beside each other for each token, [1, tokens, taps * dim].
Tensor join_taps(const Tensor& states);

}  // namespace easel::inference
