#include "inference/text/tokenizers/lyrics_tokenizer.hpp"

#include "inference/text/tokenizers/lyrics_cleaning.hpp"
#include "inference/text/tokenizers/unicode.hpp"

#include <nlohmann/json.hpp>
#include <utf8proc.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

extern "C" const char easel_ace_lyrics_vocabulary_begin[], easel_ace_lyrics_vocabulary_end[];

namespace easel::inference {
namespace {

constexpr int unknown = 1, end_of_line = 2;

// The vocabulary, its merges by priority, and the tokens that are found in a text before anything else.
struct Vocabulary {
    struct Merge {
        int rank, merged;
    };
    std::unordered_map<std::string, int> ids;
    std::map<std::pair<int, int>, Merge> merges;
    std::vector<std::pair<std::string, int>> marks;  // the longest first

    Vocabulary() {
        const auto file = nlohmann::json::parse(easel_ace_lyrics_vocabulary_begin, easel_ace_lyrics_vocabulary_end);
        for (const auto& [word, id] : file["model"]["vocab"].items())
            ids.emplace(word, id.get<int>());
        int rank = 0;
        for (const auto& line : file["model"]["merges"]) {
            const auto text = line.get<std::string>();
            const auto space = text.find(' ');
            const std::string left = text.substr(0, space), right = text.substr(space + 1);
            // Of a pair that is listed twice the later place counts.
            merges.insert_or_assign({ids.at(left), ids.at(right)}, Merge{rank++, ids.at(left + right)});
        }
        for (const auto& mark : file["added_tokens"])
            marks.emplace_back(mark["content"].get<std::string>(), mark["id"].get<int>());
        std::ranges::sort(marks, [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
    }
};

const Vocabulary& vocabulary() {
    static const Vocabulary known;
    return known;
}

bool is_word(char32_t code) {
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC:
        return true;
    default:
        return false;
    }
}

// Merges the pair of the highest priority, leftmost first, until none is left.
void merge(std::vector<int>& pieces) {
    const auto& merges = vocabulary().merges;
    while (pieces.size() > 1) {
        std::size_t best = pieces.size();
        Vocabulary::Merge chosen{};
        for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
            const auto found = merges.find({pieces[i], pieces[i + 1]});
            if (found == merges.end() || (best < pieces.size() && found->second.rank >= chosen.rank)) continue;
            best = i;
            chosen = found->second;
        }
        if (best == pieces.size()) return;
        pieces[best] = chosen.merged;
        pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    }
}

void append_word(const std::u32string& word, std::vector<int>& tokens) {
    std::vector<int> pieces;
    for (const char32_t code : word) {
        std::string letter;
        append_utf8(letter, code);
        const auto id = vocabulary().ids.find(letter);
        pieces.push_back(id == vocabulary().ids.end() ? unknown : id->second);
    }
    merge(pieces);
    tokens.insert(tokens.end(), pieces.begin(), pieces.end());
}

// Words and stretches of signs; white space parts them and is dropped.
void append_text(std::string_view text, std::vector<int>& tokens) {
    std::u32string word;
    bool of_letters = false;
    for (const char32_t code : decode_utf8(text)) {
        const bool is_space = is_white_space(code), is_letter = is_word(code);
        if (!word.empty() && (is_space || is_letter != of_letters)) {
            append_word(word, tokens);
            word.clear();
        }
        of_letters = is_letter;
        if (!is_space) word += code;
    }
    if (!word.empty()) append_word(word, tokens);
}

void append_marked(std::string_view text, std::vector<int>& tokens) {
    std::size_t begun = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto starts = [&](const auto& mark) { return text.substr(at).starts_with(mark.first); };
        const auto mark = text[at] == '[' ? std::ranges::find_if(vocabulary().marks, starts) : vocabulary().marks.end();
        if (mark == vocabulary().marks.end()) {
            ++at;
            continue;
        }
        append_text(text.substr(begun, at - begun), tokens);
        tokens.push_back(mark->second);
        begun = at += mark->first.size();
    }
    append_text(text.substr(begun), tokens);
}

void append_line(std::string_view line, const std::string& language, std::vector<int>& tokens) {
    std::string text = "[" + (language == "zh" ? "zh-cn" : language) + "]";
    for (const char c : cleaned_lyrics(line, language))
        text += c == ' ' ? std::string("[SPACE]") : std::string(1, c);
    append_marked(text, tokens);
    tokens.push_back(end_of_line);
}

std::string_view stripped(std::string_view line) {
    while (!line.empty()) {
        const std::size_t length = std::max<std::size_t>(valid_utf8_length(line), 1);
        if (!is_python_space(decode_utf8(line.substr(0, length)).front())) break;
        line.remove_prefix(length);
    }
    while (!line.empty()) {
        std::size_t start = line.size() - 1;
        while (start > 0 && (static_cast<unsigned char>(line[start]) & 0xC0) == 0x80)
            --start;
        if (!is_python_space(decode_utf8(line.substr(start)).back())) break;
        line.remove_suffix(line.size() - start);
    }
    return line;
}

// The language that a line says it is in, which is taken off it.
std::string language_of(std::string_view& line) {
    static const std::set<std::string, std::less<>> known{"en", "de", "fr", "es", "it", "pt", "pl", "tr", "ru",
                                                          "cs", "nl", "ar", "zh", "ja", "hu", "ko", "hi"};
    if (line.size() < 4 || line[0] != '[' || line[3] != ']') return "en";
    std::string language(line.substr(1, 2));
    std::ranges::transform(language, language.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    if (!known.contains(language)) return "en";
    line.remove_prefix(4);
    return language;
}

}  // namespace

std::vector<int> lyrics_tokens(std::string_view lyrics) {
    std::vector<int> tokens;
    for (std::size_t start = 0; start <= lyrics.size();) {
        const std::size_t end = std::min(lyrics.find('\n', start), lyrics.size());
        std::string_view line = stripped(lyrics.substr(start, end - start));
        start = end + 1;
        if (line.empty()) {
            tokens.push_back(end_of_line);
            continue;
        }
        std::string language = language_of(line);
        const std::string latin = romanised(line);
        if (latin != line) language = "ja";
        const bool is_mark = latin.starts_with('[') && latin.find(']') != std::string::npos;
        append_line(latin, is_mark ? "en" : language, tokens);
    }
    return tokens;
}

}  // namespace easel::inference
