// A sentencepiece model as its file has it (a protocol buffer): the pieces with their scores, and how text is prepared.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

struct SentencePieceModel {
    enum class Kind { unigram = 1, bpe = 2, word = 3, character = 4 };
    enum class Role { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };

    struct Piece {
        std::string text;
        float score = 0.0F;
        Role role = Role::normal;
    };

    std::vector<Piece> pieces;  // the id is the index
    Kind kind = Kind::unigram;
    bool has_bytes = false;  // unknown characters become the pieces of their bytes
    std::string start = "<s>", end = "</s>";
    std::string character_map;
    bool adds_space = true;           // in front of the text (or behind it)
    bool removes_extra_space = true;  // around the text, and all but one inside of it
    bool marks_space = true;          // writes spaces as U+2581
    bool space_is_suffix = false;
};

// Throws ModelError when the bytes are no such model.
SentencePieceModel parse_sentencepiece_model(std::string_view bytes);

}  // namespace easel::inference
