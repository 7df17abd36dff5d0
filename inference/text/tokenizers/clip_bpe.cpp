#include "inference/text/tokenizers/clip_bpe.hpp"

#include "inference/text/tokenizers/unicode.hpp"

#include <array>
#include <functional>
#include <queue>
#include <string>
#include <unordered_map>

extern "C" const char easel_clip_merges_begin[], easel_clip_merges_end[];

namespace easel::inference {

namespace {

constexpr int word_end = 256;     // added to a byte's token at the end of a word
constexpr int first_merge = 512;  // two tokens for each of 256 bytes come before
constexpr std::uint64_t no_pair = ~std::uint64_t{0};

std::uint64_t pack(int left, int right) {
    return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint32_t>(right);
}

bool is_printable(int byte) {
    return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

// GPT-2's byte alphabet: the token of each byte. Printable bytes come first and stand for themselves; the merge list
// writes the others as the code points from U+0100 on.
std::array<int, 256> byte_order(std::array<char32_t, 256>& letters) {
    std::array<int, 256> order{};
    int next = 0;
    char32_t letter = 0x100;
    for (const bool printable : {true, false})
        for (int byte = 0; byte < 256; ++byte)
            if (is_printable(byte) == printable) {
                order[static_cast<std::size_t>(byte)] = next++;
                letters[static_cast<std::size_t>(byte)] = printable ? static_cast<char32_t>(byte) : letter++;
            }
    return order;
}

// Where the word that begins at `at` ends: a contraction, letters, one digit, or a run of anything else.
std::size_t word_end_at(const std::u32string& text, std::size_t at) {
    for (const std::u32string_view contraction : {U"'s", U"'t", U"'re", U"'ve", U"'m", U"'ll", U"'d"})
        if (std::u32string_view(text).substr(at, contraction.size()) == contraction) return at + contraction.size();
    if (is_number(text[at])) return at + 1;
    const auto is_other = [](char32_t code) { return !is_letter(code) && !is_number(code) && !is_white_space(code); };
    const bool letters = is_letter(text[at]);
    while (at < text.size() && (letters ? is_letter(text[at]) : is_other(text[at])))
        ++at;
    return at;
}

}  // namespace

void ClipBpe::MergeTable::reserve(std::size_t count) {
    std::size_t size = 1;
    while (size < 2 * count)
        size *= 2;
    pairs_.assign(size, no_pair);
    merged_.assign(size, -1);
    mask_ = size - 1;
}

std::size_t ClipBpe::MergeTable::slot(std::uint64_t pair) const {
    std::size_t at = (pair * 0x9E3779B97F4A7C15u >> 32) & mask_;
    while (pairs_[at] != pair && pairs_[at] != no_pair)
        at = (at + 1) & mask_;
    return at;
}

void ClipBpe::MergeTable::add(int left, int right, int merged) {
    const auto at = slot(pack(left, right));
    pairs_[at] = pack(left, right);
    merged_[at] = merged;
}

int ClipBpe::MergeTable::find(int left, int right) const { return merged_[slot(pack(left, right))]; }

ClipBpe::ClipBpe() {
    std::array<char32_t, 256> letters{};
    const auto order = byte_order(letters);
    std::unordered_map<std::string, int> ids;
    ids.reserve(1 << 17);
    for (std::size_t byte = 0; byte < 256; ++byte) {
        byte_token_[byte] = order[byte];
        std::string text;
        append_utf8(text, letters[byte]);
        ids.emplace(text, order[byte]);
        ids.emplace(text + "</w>", order[byte] + word_end);
    }

    std::string_view rest(easel_clip_merges_begin,
                          static_cast<std::size_t>(easel_clip_merges_end - easel_clip_merges_begin));
    merges_.reserve(static_cast<std::size_t>(end - first_merge));
    int next = first_merge;
    rest.remove_prefix(rest.find('\n') + 1);  // the version line
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        const auto space = line.find(' ');
        if (space == std::string_view::npos) continue;
        const std::string left(line.substr(0, space)), right(line.substr(space + 1));
        merges_.add(ids.at(left), ids.at(right), next);
        ids.emplace(left + right, next++);
    }
}

const ClipBpe& ClipBpe::instance() {
    static const ClipBpe only;
    return only;
}

std::vector<int> ClipBpe::encode(std::string_view text) const {
    static constexpr std::pair<std::string_view, int> specials[] = {{"<|startoftext|>", start}, {"<|endoftext|>", end}};
    std::vector<int> tokens;
    while (!text.empty()) {
        std::size_t nearest = std::string_view::npos;
        std::pair<std::string_view, int> found;
        for (const auto& special : specials)
            if (const auto at = text.find(special.first); at < nearest) nearest = at, found = special;
        encode_plain(text.substr(0, nearest), tokens);
        if (nearest == std::string_view::npos) break;
        tokens.push_back(found.second);
        text.remove_prefix(nearest + found.first.size());
    }
    return tokens;
}

void ClipBpe::encode_plain(std::string_view text, std::vector<int>& tokens) const {
    std::u32string lowered;
    for (const char32_t code : compose(decode_utf8(text)))
        append_lower(lowered, code);
    std::string word;
    for (std::size_t at = 0; at < lowered.size();) {
        if (is_white_space(lowered[at])) {
            ++at;
            continue;
        }
        const auto stop = word_end_at(lowered, at);
        word.clear();
        for (; at < stop; ++at)
            append_utf8(word, lowered[at]);
        encode_word(word, tokens);
    }
}

// Merges the pair that comes first in the merge list, leftmost first, until none is left. A queue of candidate pairs
// over a linked list keeps a word of any length cheap.
void ClipBpe::encode_word(std::string_view word, std::vector<int>& tokens) const {
    struct Piece {
        int token, previous, next;
    };
    const int count = static_cast<int>(word.size());
    std::vector<Piece> pieces;
    pieces.reserve(word.size());
    for (int i = 0; i < count; ++i)
        pieces.push_back({byte_token_[static_cast<unsigned char>(word[static_cast<std::size_t>(i)])], i - 1, i + 1});
    pieces.back().token += word_end;
    pieces.back().next = -1;

    struct Candidate {
        int merged, left, left_token, right_token;
        bool operator>(const Candidate& other) const {
            return std::pair(merged, left) > std::pair(other.merged, other.left);
        }
    };
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
    const auto consider = [&](int left) {
        if (left < 0 || pieces[left].next < 0) return;
        const int left_token = pieces[left].token, right_token = pieces[pieces[left].next].token;
        if (const int merged = merges_.find(left_token, right_token); merged >= 0)
            queue.push({merged, left, left_token, right_token});
    };
    for (int i = 0; i < count; ++i)
        consider(i);
    while (!queue.empty()) {
        const Candidate best = queue.top();
        queue.pop();
        Piece& left = pieces[best.left];
        if (left.token != best.left_token || left.next < 0 || pieces[left.next].token != best.right_token) continue;
        Piece& right = pieces[left.next];
        left.token = best.merged;
        left.next = right.next;
        right.token = -1;  // candidates that begin here are stale
        if (left.next >= 0) pieces[left.next].previous = best.left;
        consider(left.previous);
        consider(best.left);
    }
    for (int i = 0; i >= 0; i = pieces[i].next)
        tokens.push_back(pieces[i].token);
}

}  // namespace easel::inference
