// The unigram language model as a tokenizer (Kudo 2018): of all ways to cut a text into pieces of the vocabulary, the
// one with the highest sum of scores.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace easel::inference {

class Unigram {
public:
    struct Piece {
        std::string text;
        double score = 0.0;
        int id = 0;
        bool wins = false;  // taken wherever it occurs: a symbol that the vocabulary's author put in
    };
    // How sums of scores are kept; ties fall differently. sentencepiece's are single, the `tokenizers` library's
    // double.
    enum class Sums { in_float, in_double };

    // `unknown` stands for characters that no piece has, at ten less than `lowest_score`.
    Unigram(std::vector<Piece> pieces, int unknown, double lowest_score, double highest_score, Sums sums);

    struct Token {
        int id;
        std::string_view text;  // part of what was cut
    };
    // Neighbouring unknown characters are one token.
    std::vector<Token> cut(std::string_view text) const;

private:
    struct Entry {
        double score;
        int id;
        bool wins;
    };
    std::unordered_map<std::string, Entry> entries_;
    std::vector<bool> has_length_{false};  // whether any piece has so many bytes
    int unknown_;
    double unknown_score_, highest_score_;
    Sums sums_;
};

}  // namespace easel::inference
