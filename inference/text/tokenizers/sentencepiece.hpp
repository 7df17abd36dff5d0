// The tokenizer of sentencepiece (Kudo and Richardson 2018), for models of the kinds unigram and byte-pair encoding.
#pragma once

#include "inference/text/tokenizers/character_map.hpp"
#include "inference/text/tokenizers/sentencepiece_model.hpp"
#include "inference/text/tokenizers/unigram.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace easel::inference {

class SentencePiece {
public:
    // Throws ModelError when the model is of another kind or damaged.
    explicit SentencePiece(SentencePieceModel model);
    explicit SentencePiece(std::string_view bytes) : SentencePiece(parse_sentencepiece_model(bytes)) {}

    // Without start and end.
    std::vector<int> encode(std::string_view text) const;
    // The text of tokens; control pieces have none.
    std::string decode(const std::vector<int>& tokens) const;

    std::optional<int> id_of(std::string_view piece) const;
    // The pieces that begin and end a text; nothing where the vocabulary lacks them.
    std::optional<int> start() const { return id_of(model_.start); }
    std::optional<int> end() const { return id_of(model_.end); }
    int piece_count() const { return static_cast<int>(model_.pieces.size()); }

private:
    struct Symbol;
    struct Token {
        int id;
        std::string_view text;
    };

    std::string normalized(std::string_view text) const;
    struct Prefix {
        std::string_view text;
        std::size_t length;  // bytes of the input that it stands for
    };
    Prefix normalized_prefix(std::string_view text) const;
    // How long a user-defined symbol is that `text` begins with; 0: it begins with none.
    std::size_t symbol_length(std::string_view text) const;
    std::vector<Token> merge(std::string_view text) const;
    void resegment(std::string_view piece, const std::unordered_map<std::string, std::size_t>& split_of,
                   std::vector<Token>& out) const;

    SentencePieceModel model_;
    CharacterMap characters_;
    std::unordered_map<std::string, int> ids_;      // of what text may be cut into
    std::unordered_map<std::string, int> special_;  // of the others
    std::vector<std::string> symbols_;              // user-defined, the longest first
    std::optional<Unigram> unigram_;
    int unknown_ = 0;
    int first_byte_ = -1;  // the piece of byte 0
};

}  // namespace easel::inference
