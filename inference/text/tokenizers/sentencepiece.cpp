#include "inference/text/tokenizers/sentencepiece.hpp"

#include "base/error.hpp"
#include "inference/text/tokenizers/unicode.hpp"

#include <boost/algorithm/string/replace.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <tuple>

namespace easel::inference {

namespace {

using Role = SentencePieceModel::Role;

constexpr std::string_view space_mark = "\xE2\x96\x81";
constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_cut_into(Role role) { return role == Role::normal || role == Role::user_defined || role == Role::unused; }

Unigram unigram_of(const SentencePieceModel& model, int unknown) {
    float lowest = std::numeric_limits<float>::max(), highest = std::numeric_limits<float>::lowest();
    std::vector<Unigram::Piece> pieces;
    for (std::size_t i = 0; i < model.pieces.size(); ++i) {
        const auto& piece = model.pieces[i];
        if (piece.role == Role::normal) {
            lowest = std::min(lowest, piece.score);
            highest = std::max(highest, piece.score);
        }
        if (piece.role == Role::normal || piece.role == Role::user_defined)
            pieces.push_back({.text = piece.text,
                              .score = piece.score,
                              .id = static_cast<int>(i),
                              .wins = piece.role == Role::user_defined});
    }
    return Unigram(std::move(pieces), unknown, lowest, highest, Unigram::Sums::in_float);
}

}  // namespace

SentencePiece::SentencePiece(SentencePieceModel model) : model_(std::move(model)), characters_(model_.character_map) {
    for (std::size_t i = 0; i < model_.pieces.size(); ++i) {
        const auto& piece = model_.pieces[i];
        (is_cut_into(piece.role) ? ids_ : special_).emplace(piece.text, static_cast<int>(i));
        if (piece.role == Role::unknown) unknown_ = static_cast<int>(i);
        if (piece.role == Role::user_defined) symbols_.push_back(piece.text);
        if (piece.role == Role::byte && piece.text == "<0x00>") first_byte_ = static_cast<int>(i);
    }
    std::ranges::stable_sort(symbols_, std::ranges::greater(), &std::string::size);
    if (model_.kind == SentencePieceModel::Kind::unigram)
        unigram_ = unigram_of(model_, unknown_);
    else if (model_.kind != SentencePieceModel::Kind::bpe)
        throw ModelError("the tokenizer is a sentencepiece model of words or characters, which no encoder uses");
}

std::optional<int> SentencePiece::id_of(std::string_view piece) const {
    for (const auto* ids : {&special_, &ids_})
        if (const auto found = ids->find(std::string(piece)); found != ids->end()) return found->second;
    return std::nullopt;
}

std::size_t SentencePiece::symbol_length(std::string_view text) const {
    const auto found =
        std::ranges::find_if(symbols_, [&](const std::string& symbol) { return text.starts_with(symbol); });
    return found == symbols_.end() ? 0 : found->size();
}

SentencePiece::Prefix SentencePiece::normalized_prefix(std::string_view text) const {
    if (const auto length = symbol_length(text); length > 0) return {text.substr(0, length), length};
    if (const auto found = characters_.longest(text)) return {found->by, found->length};
    if (const auto length = valid_utf8_length(text); length > 0) return {text.substr(0, length), length};
    return {replacement, 1};
}

std::string SentencePiece::normalized(std::string_view text) const {
    const std::string_view space = model_.marks_space ? space_mark : " ";
    while (model_.removes_extra_space && !text.empty()) {
        const Prefix prefix = normalized_prefix(text);
        if (prefix.text != " ") break;
        text.remove_prefix(prefix.length);
    }
    std::string out;
    if (text.empty()) return out;
    if (model_.adds_space && !model_.space_is_suffix) out += space;
    bool after_space = model_.removes_extra_space;
    while (!text.empty()) {
        Prefix prefix = normalized_prefix(text);
        while (after_space && prefix.text.starts_with(' '))
            prefix.text.remove_prefix(1);
        for (const char byte : prefix.text)
            byte == ' ' ? out += space : out += byte;
        if (!prefix.text.empty()) after_space = prefix.text.ends_with(' ');
        text.remove_prefix(prefix.length);
        if (!model_.removes_extra_space) after_space = false;
    }
    while (model_.removes_extra_space && out.ends_with(space))
        out.erase(out.size() - space.size());
    if (model_.adds_space && model_.space_is_suffix) out += space;
    return out;
}

struct SentencePiece::Symbol {
    std::string_view text;  // empty once it is part of another
    int previous, next;
    bool frozen;  // user-defined: merges with nothing
};

// A merged piece that is only a step on the way to others is taken apart again.
void SentencePiece::resegment(std::string_view piece, const std::unordered_map<std::string, std::size_t>& split_of,
                              std::vector<Token>& out) const {
    const auto id = ids_.find(std::string(piece));
    if (id == ids_.end() || model_.pieces[static_cast<std::size_t>(id->second)].role != Role::unused) {
        out.push_back({id == ids_.end() ? unknown_ : id->second, piece});
        return;
    }
    const auto split = split_of.find(std::string(piece));
    if (split == split_of.end()) {
        out.push_back({id->second, piece});
        return;
    }
    resegment(piece.substr(0, split->second), split_of, out);
    resegment(piece.substr(split->second), split_of, out);
}

// Merges the neighbours whose union has the highest score, leftmost first, until no union is a piece.
std::vector<SentencePiece::Token> SentencePiece::merge(std::string_view text) const {
    std::vector<Symbol> symbols;
    for (std::size_t at = 0; at < text.size();) {
        const auto symbol = symbol_length(text.substr(at));
        const auto length = symbol > 0 ? symbol : std::min(utf8_length(text[at]), text.size() - at);
        const int index = static_cast<int>(symbols.size());
        symbols.push_back({text.substr(at, length), index - 1, index + 1, symbol > 0});
        at += length;
    }
    if (symbols.empty()) return {};
    symbols.back().next = -1;

    struct Candidate {
        float score;
        int left, right;
        std::size_t length;
        bool operator<(const Candidate& other) const {
            return std::tuple(score, -left) < std::tuple(other.score, -other.left);
        }
    };
    std::priority_queue<Candidate> queue;
    std::unordered_map<std::string, std::size_t> split_of;  // of unused pieces
    const auto at = [&](int index) -> Symbol& { return symbols[static_cast<std::size_t>(index)]; };
    const auto consider = [&](int left, int right) {
        if (left < 0 || right < 0 || at(left).frozen || at(right).frozen) return;
        const std::string_view joined(at(left).text.data(), at(left).text.size() + at(right).text.size());
        const auto found = ids_.find(std::string(joined));
        if (found == ids_.end()) return;
        const auto& piece = model_.pieces[static_cast<std::size_t>(found->second)];
        queue.push({piece.score, left, right, joined.size()});
        if (piece.role == Role::unused) split_of[std::string(joined)] = at(left).text.size();
    };
    for (int i = 1; i < static_cast<int>(symbols.size()); ++i)
        consider(i - 1, i);
    while (!queue.empty()) {
        const Candidate best = queue.top();
        queue.pop();
        Symbol &left = at(best.left), &right = at(best.right);
        if (left.text.empty() || right.text.empty() || left.text.size() + right.text.size() != best.length) continue;
        left.text = {left.text.data(), best.length};
        left.next = right.next;
        if (right.next >= 0) at(right.next).previous = best.left;
        right.text = {};
        consider(left.previous, best.left);
        consider(best.left, left.next);
    }
    std::vector<Token> tokens;
    for (int i = 0; i >= 0; i = at(i).next)
        resegment(at(i).text, split_of, tokens);
    return tokens;
}

std::vector<int> SentencePiece::encode(std::string_view text) const {
    const std::string prepared = normalized(text);
    std::vector<Token> tokens;
    if (unigram_) {
        for (const auto& [id, piece] : unigram_->cut(prepared))
            tokens.push_back({id, piece});
    } else {
        tokens = merge(prepared);
    }
    std::vector<int> ids;
    bool after_unknown = false;
    for (const auto& [id, piece] : tokens) {
        const bool unknown = id == unknown_;
        if (unknown && model_.has_bytes && first_byte_ >= 0) {
            for (const char byte : piece)
                ids.push_back(first_byte_ + static_cast<unsigned char>(byte));
        } else if (!unknown || !after_unknown) {
            ids.push_back(id);
        }
        after_unknown = unknown;
    }
    return ids;
}

std::string SentencePiece::decode(const std::vector<int>& tokens) const {
    std::string text;
    for (const int token : tokens) {
        if (token < 0 || token >= piece_count()) continue;
        const auto& piece = model_.pieces[static_cast<std::size_t>(token)];
        if (piece.role == Role::byte)
            text.push_back(static_cast<char>(token - first_byte_));
        else if (piece.role != Role::control)
            text += piece.role == Role::unknown ? std::string(" \xE2\x81\x87 ") : piece.text;
    }
    boost::algorithm::replace_all(text, space_mark, " ");
    if (model_.adds_space && !model_.space_is_suffix && text.starts_with(' ')) text.erase(0, 1);
    return text;
}

}  // namespace easel::inference
