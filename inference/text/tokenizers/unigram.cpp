#include "inference/text/tokenizers/unigram.hpp"

#include "inference/text/tokenizers/unicode.hpp"

#include <algorithm>
#include <utility>

namespace easel::inference {

Unigram::Unigram(std::vector<Piece> pieces, int unknown, double lowest_score, double highest_score, Sums sums)
    : unknown_(unknown), unknown_score_(lowest_score - 10.0), highest_score_(highest_score), sums_(sums) {
    entries_.reserve(pieces.size());
    for (Piece& piece : pieces) {
        if (piece.text.size() >= has_length_.size()) has_length_.resize(piece.text.size() + 1);
        has_length_[piece.text.size()] = true;
        entries_.insert_or_assign(std::move(piece.text), Entry{piece.score, piece.id, piece.wins});
    }
}

std::vector<Unigram::Token> Unigram::cut(std::string_view text) const {
    struct Best {
        double score = 0.0;
        std::size_t start = 0;
        int id = -1;
        bool reached = false;
    };
    std::vector<Best> best(text.size() + 1);
    best[0].reached = true;
    const auto offer = [&](std::size_t start, std::size_t end, double score, int id) {
        const double exact = best[start].score + score;
        const double sum = sums_ == Sums::in_float ? static_cast<float>(exact) : exact;
        if (best[end].reached && sum <= best[end].score) return;
        best[end] = {sum, start, id, true};
    };
    std::string candidate;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t character = std::min(utf8_length(text[start]), text.size() - start);
        bool has_character = false;
        const std::size_t longest = std::min(text.size() - start, has_length_.size() - 1);
        for (std::size_t length = 1; length <= longest; ++length) {
            if (!has_length_[length]) continue;
            candidate.assign(text, start, length);
            const auto found = entries_.find(candidate);
            if (found == entries_.end()) continue;
            const auto& [score, id, wins] = found->second;
            offer(start, start + length, wins ? static_cast<double>(length) * highest_score_ - 0.1 : score, id);
            has_character = has_character || length == character;
        }
        if (!has_character) offer(start, start + character, unknown_score_, unknown_);
        start += character;
    }

    std::vector<Token> tokens;
    for (std::size_t end = text.size(); end > 0; end = best[end].start) {
        const auto piece = text.substr(best[end].start, end - best[end].start);
        if (best[end].id == unknown_ && !tokens.empty() && tokens.back().id == unknown_)
            tokens.back().text = {piece.data(), piece.size() + tokens.back().text.size()};
        else
            tokens.push_back({best[end].id, piece});
    }
    std::ranges::reverse(tokens);
    return tokens;
}

}  // namespace easel::inference
