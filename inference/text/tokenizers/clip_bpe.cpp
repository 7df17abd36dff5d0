#include "inference/text/tokenizers/clip_bpe.hpp"

#include "inference/text/tokenizers/unicode.hpp"

#include <string>
#include <unordered_map>

extern "C" const char easel_clip_merges_begin[], easel_clip_merges_end[];

namespace easel::inference {

namespace {

constexpr int word_end = 256;     // added to a byte's token at the end of a word
constexpr int first_merge = 512;  // two tokens for each of 256 bytes come before

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

ClipBpe::ClipBpe() {
    const ByteAlphabet alphabet;
    std::unordered_map<std::string, int> ids;
    ids.reserve(1 << 17);
    for (std::size_t byte = 0; byte < 256; ++byte) {
        byte_token_[byte] = alphabet.token[byte];
        std::string text;
        append_utf8(text, alphabet.letter[byte]);
        ids.emplace(text, alphabet.token[byte]);
        ids.emplace(text + "</w>", alphabet.token[byte] + word_end);
    }
    merges_.reserve(static_cast<std::size_t>(end - first_merge));
    int next = first_merge;
    const std::string_view list(easel_clip_merges_begin,
                                static_cast<std::size_t>(easel_clip_merges_end - easel_clip_merges_begin));
    read_merges(list, [&](std::string_view left, std::string_view right) {
        merges_.add(ids.at(std::string(left)), ids.at(std::string(right)), next);
        ids.emplace(std::string(left) + std::string(right), next++);
    });
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

void ClipBpe::encode_word(std::string_view word, std::vector<int>& tokens) const {
    std::vector<int> pieces;
    pieces.reserve(word.size());
    for (const char byte : word)
        pieces.push_back(byte_token_[static_cast<unsigned char>(byte)]);
    pieces.back() += word_end;
    merge_pairs(pieces, merges_, tokens);
}

}  // namespace easel::inference
