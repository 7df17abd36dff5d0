// Writing text with a language model, token by token. (comfy.text_encoders.llama.BaseGenerate)
#pragma once

#include "inference/text/language_model.hpp"
#include "inference/text/text_encoder.hpp"

#include <vector>

namespace easel::inference {

struct GenerationStart {
    Tensor embeddings;       // [1, tokens, dim]: what was said before
    Tensor positions = {};   // [3, tokens] where pictures are among them
    // As in LanguageModel::Input, for these tokens.
    Tensor added_rows = {};
    std::vector<Tensor> added = {};
    std::vector<int> stops;  // tokens that end the text
};

// The tokens that follow, the stop among them where one was reached.
std::vector<int> generate_tokens(const LanguageModel& model, const GenerationStart& start,
                                 const TextGeneration& generation);

}  // namespace easel::inference
