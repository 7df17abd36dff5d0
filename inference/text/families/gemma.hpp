// What the families that read Gemma have in common. The tokenizer comes with the file.
#pragma once

#include "inference/text/language_text.hpp"
#include "inference/text/tokenizers/sentencepiece.hpp"
#include "inference/text/vision/gemma_vision.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace easel::inference {

// Sentence pieces, and tokens that stand in the text by their names.
struct GemmaTokenizer {
    std::shared_ptr<const SentencePiece> pieces;
    std::vector<std::pair<std::string, int>> specials;  // in the text they are these tokens

    std::vector<int> operator()(std::string_view text) const {
        std::vector<int> tokens;
        const auto append = [&](std::string_view plain) {
            const auto encoded = pieces->encode(plain);
            tokens.insert(tokens.end(), encoded.begin(), encoded.end());
        };
        bool has_special = false;
        while (!text.empty()) {
            std::size_t nearest = std::string_view::npos;
            std::pair<std::string_view, int> found;
            for (const auto& [name, id] : specials)
                if (const auto at = text.find(name); at < nearest) nearest = at, found = {name, id};
            if (nearest != 0) append(text.substr(0, nearest));
            if (nearest == std::string_view::npos) break;
            tokens.push_back(found.second);
            has_special = true;
            text.remove_prefix(nearest + found.first.size());
        }
        if (has_special && !tokens.empty())
            tokens.erase(tokens.begin());  // as in ComfyUI, which takes it for the start
        return tokens;
    }
};

inline GemmaTokenizer gemma_tokenizer(const Weights& w, std::vector<std::pair<std::string, int>> specials) {
    const Tensor bytes = w["spiece_model"].stored().contiguous();
    return {.pieces = std::make_shared<const SentencePiece>(
                std::string_view(static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes())),
            .specials = std::move(specials)};
}

inline LanguageTextParts gemma_parts(std::string_view name, const GemmaTokenizer& tokenizer) {
    LanguageTextParts parts{
        .reading = {.name = name,
                    .start = tokenizer.pieces->start(),
                    .special = {.start = 2, .end = {}, .pad = 0},
                    .reads_weights = true,
                    .reads_embeddings = false},
        .config = {.head_size = 256, .rope_base = 1e4, .is_gemma = true},
        .chat = {},
        .tokenize = tokenizer,
        .decode = [pieces = tokenizer.pieces](const std::vector<int>& tokens) { return pieces->decode(tokens); },
    };
    parts.reading.wanted.layer = -2;
    return parts;
}

// Gemma 3 4B, its last layer but one, which sees pictures where the file has its vision tower. `w` is the encoder's
// part.
inline LanguageTextParts gemma3_parts(const Weights& w) {
    constexpr int picture_token = 262144;
    const auto tokenizer = gemma_tokenizer(w, {{"<image_soft_token>", picture_token}, {"<end_of_turn>", 106}});
    auto parts = gemma_parts("gemma3_4b", tokenizer);
    parts.reading.reads_weights = false;
    parts.config.rope_base = 1e6;
    parts.config.rope_scale = 8.0;
    parts.config.window = 1024;
    parts.chat.for_writing = "<start_of_turn>system\nYou are a helpful assistant.<end_of_turn>\n<start_of_turn>user\n"
                             "{}<end_of_turn>\n<start_of_turn>model\n";
    parts.chat.for_writing_with_pictures =
        "<start_of_turn>system\nYou are a helpful assistant.<end_of_turn>\n<start_of_turn>user\n\n<image_soft_token>{}"
        "<end_of_turn>\n\n<start_of_turn>model\n";
    parts.chat.picture_token = picture_token;
    parts.chat.complete_beginnings = {"<start_of_turn>"};
    parts.chat.stops = {1, 106};
    parts.eyes = [w](const Weights&) { return std::make_shared<const GemmaVision>(w); };
    parts.eyes_part = "vision_model";
    return parts;
}

}  // namespace easel::inference
