#include "inference/text/tokenizers/t5_tokenizer.hpp"

#include "base/base64.hpp"
#include "base/json.hpp"
#include "inference/text/tokenizers/unicode.hpp"

#include <algorithm>
#include <limits>

extern "C" const char easel_t5_tokenizer_begin[], easel_t5_tokenizer_end[];

namespace easel::inference {

namespace {

constexpr std::string_view mark = "\xE2\x96\x81";
constexpr std::size_t longest_cluster = 5;  // bytes; longer ones are replaced character by character

// The tokens of one word, which is cut before every mark in it.
void encode_word(const std::string& word, const Unigram& unigram, std::vector<int>& tokens) {
    for (std::size_t begin = 0; begin < word.size();) {
        const auto end = std::min(word.find(mark, begin + mark.size()), word.size());
        for (const auto& token : unigram.cut(std::string_view(word).substr(begin, end - begin)))
            tokens.push_back(token.id);
        begin = end;
    }
}

}  // namespace

struct T5Tokenizer::Vocabulary {
    Json file = Json::parse(easel_t5_tokenizer_begin, easel_t5_tokenizer_end);

    std::string character_map() const {
        return decode_base64(
            file["normalizer"]["normalizers"][0]["precompiled_charsmap"].get_ref<const std::string&>());
    }

    Unigram unigram() const {
        std::vector<Unigram::Piece> pieces;
        double lowest = std::numeric_limits<double>::max();
        for (const auto& entry : file["model"]["vocab"]) {
            const auto score = entry[1].get<double>();
            lowest = std::min(lowest, score);
            pieces.push_back({.text = entry[0].get<std::string>(),
                              .score = score,
                              .id = static_cast<int>(pieces.size()),
                              .wins = false});
        }
        return Unigram(std::move(pieces), file["model"]["unk_id"].get<int>(), lowest, 0.0, Unigram::Sums::in_double);
    }

    std::vector<std::pair<std::string, int>> specials() const {
        std::vector<std::pair<std::string, int>> names;
        for (const auto& token : file["added_tokens"])
            names.emplace_back(token["content"].get<std::string>(), token["id"].get<int>());
        return names;
    }
};

T5Tokenizer::T5Tokenizer(Vocabulary vocabulary)
    : characters_(vocabulary.character_map()), unigram_(vocabulary.unigram()), specials_(vocabulary.specials()) {}

const T5Tokenizer& T5Tokenizer::instance() {
    static const T5Tokenizer only{Vocabulary()};
    return only;
}

std::vector<int> T5Tokenizer::encode(std::string_view text) const {
    std::vector<int> tokens;
    std::size_t begin = 0;
    for (std::size_t at = text.find('<'); at != std::string_view::npos;) {
        const auto special = std::ranges::find_if(
            specials_, [&](const auto& candidate) { return text.substr(at).starts_with(candidate.first); });
        if (special == specials_.end()) {
            at = text.find('<', at + 1);
            continue;
        }
        encode_plain(text.substr(begin, at - begin), tokens);
        tokens.push_back(special->second);
        begin = at + special->first.size();
        at = text.find('<', begin);
    }
    encode_plain(text.substr(begin), tokens);
    return tokens;
}

// A short cluster is replaced as a whole by what the table has for its shortest beginning, which loses accents that
// stand alone. So T5 was trained.
std::string T5Tokenizer::normalized(std::string_view text) const {
    std::string out;
    for (std::string_view cluster : graphemes(text)) {
        if (cluster.size() <= longest_cluster) {
            if (const auto replacement = characters_.shortest(cluster)) {
                out += replacement->by;
                continue;
            }
        }
        while (!cluster.empty()) {
            const auto character = cluster.substr(0, std::min(utf8_length(cluster.front()), cluster.size()));
            const auto replacement = characters_.shortest(character);
            out += replacement ? replacement->by : character;
            cluster.remove_prefix(character.size());
        }
    }
    return out;
}

void T5Tokenizer::encode_plain(std::string_view text, std::vector<int>& tokens) const {
    std::string word;
    const auto finish = [&] {
        if (word.empty()) return;
        encode_word(word.starts_with(mark) ? word : std::string(mark) + word, unigram_, tokens);
        word.clear();
    };
    for (const char32_t code : decode_utf8(normalized(text))) {
        if (is_white_space(code))
            finish();
        else
            append_utf8(word, code);
    }
    finish();
}

}  // namespace easel::inference
