#include "inference/text/tokenizers/lyrics_cleaning.hpp"

#include "inference/text/tokenizers/unicode.hpp"

#include <boost/algorithm/string/replace.hpp>

#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <utility>
#include <vector>

namespace easel::inference {
namespace {

// Digits without a sign in words; any number of them.
std::string whole_in_words(std::string digits) {
    static constexpr std::array ones{"",         "one",     "two",     "three",     "four",     "five",    "six",
                                     "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
                                     "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
    static constexpr std::array tens{"",      "",      "twenty",  "thirty", "forty",
                                     "fifty", "sixty", "seventy", "eighty", "ninety"};
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    // The first digits in words, the unit that they count, and the other digits in words.
    const auto split = [&](std::size_t count, const char* unit) {
        const std::string rest = whole_in_words(digits.substr(digits.size() - count));
        return whole_in_words(digits.substr(0, digits.size() - count)) + unit + (rest.empty() ? "" : " " + rest);
    };
    if (digits.size() > 9) return split(9, " billion");
    if (digits.size() > 6) return split(6, " million");
    if (digits.size() > 3) return split(3, " thousand");
    if (digits.size() > 2) return split(2, " hundred");
    const std::size_t value = digits.empty() ? 0 : std::stoul(digits);
    if (value < ones.size()) return ones[value];
    return std::string(tens[value / 10]) + (value % 10 == 0 ? "" : std::string(" ") + ones[value % 10]);
}

// Nothing where Python would write the number with an exponent, which the reference cannot read.
std::optional<std::string> fraction_in_words(double number) {
    static constexpr std::array digits{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
    if (number == 0.0) return "zero";
    if (number < 1e-4 || number >= 1e16) return std::nullopt;
    std::array<char, 64> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed);
    std::string text(buffer.data(), written.ptr);
    if (text.find('.') == std::string::npos) text += ".0";
    const std::size_t point = text.find('.');
    std::string words = whole_in_words(text.substr(0, point)) + " point ";
    for (std::size_t i = point + 1; i < text.size(); ++i)
        words += (i == point + 1 ? "" : " ") + std::string(digits[static_cast<std::size_t>(text[i] - '0')]);
    return words;
}

// A number as Python's float() reads it, of digits and points alone.
std::optional<double> number_in(const std::string& text) {
    double value = 0.0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
    return value;
}

// `text` with every match replaced; nothing as soon as one cannot be.
using Replacement = std::function<std::optional<std::string>(const std::smatch&)>;
std::optional<std::string> replaced(const std::string& text, const std::regex& pattern,
                                    const Replacement& replacement) {
    std::string result;
    auto rest = text.begin();
    for (auto match = std::sregex_iterator(text.begin(), text.end(), pattern); match != std::sregex_iterator();
         ++match) {
        const auto words = replacement(*match);
        if (!words) return std::nullopt;
        result.append(rest, (*match)[0].first).append(*words);
        rest = (*match)[0].second;
    }
    return result.append(rest, text.end());
}

std::string with_points(std::string number) {
    std::ranges::replace(number, ',', '.');
    return number;
}

// Amounts of money. The first that cannot be read ends the replacing of its currency and those after it.
std::string with_currencies(std::string text) {
    static const std::array patterns{std::regex("£[0-9.,]*[0-9]+|[0-9.,]*[0-9]+£"),
                                     std::regex("\\$[0-9.,]*[0-9]+|[0-9.,]*[0-9]+\\$"),
                                     std::regex("[0-9.,]*[0-9]+€|€[0-9.,]*[0-9]+")};
    for (const std::regex& pattern : patterns) {
        const auto in_words = [](const std::smatch& match) -> std::optional<std::string> {
            std::string amount = with_points(match.str());
            std::erase_if(amount, [](char c) { return c != '.' && (c < '0' || c > '9'); });
            const auto number = number_in(amount);
            return number ? fraction_in_words(*number) : std::nullopt;
        };
        const auto changed = replaced(text, pattern, in_words);
        if (!changed) break;
        text = *changed;
    }
    return text;
}

std::string with_numbers(const std::string& text) {
    static const std::regex grouped(R"(\b\d{1,3}(,\d{3})*(\.\d+)?\b)"), decimal("[0-9]+[.,][0-9]+"),
        ordinal("([0-9]+)(st|nd|rd|th)"), whole("[0-9]+");
    const auto ungrouped = replaced(text, grouped, [](const std::smatch& match) {
        std::string number = match.str();
        std::erase(number, ',');
        return std::optional(number);
    });
    const auto fractions = replaced(with_currencies(*ungrouped), decimal, [](const std::smatch& match) {
        const auto number = number_in(with_points(match.str()));
        return number ? fraction_in_words(*number) : std::nullopt;
    });
    if (!fractions) return text;
    const auto in_words = [](const std::string& digits) {
        const std::string words = whole_in_words(digits);
        return std::optional(words.empty() ? std::string("zero") : words);
    };
    const auto ordinals =
        replaced(*fractions, ordinal, [&](const std::smatch& match) { return in_words(match.str(1)); });
    return *replaced(*ordinals, whole, [&](const std::smatch& match) { return in_words(match.str()); });
}

std::string with_abbreviations(std::string text) {
    static const std::vector<std::pair<std::regex, std::string>> known = [] {
        constexpr std::array<std::pair<const char*, const char*>, 18> words{{{"mrs", "misess"},
                                                                             {"mr", "mister"},
                                                                             {"dr", "doctor"},
                                                                             {"st", "saint"},
                                                                             {"co", "company"},
                                                                             {"jr", "junior"},
                                                                             {"maj", "major"},
                                                                             {"gen", "general"},
                                                                             {"drs", "doctors"},
                                                                             {"rev", "reverend"},
                                                                             {"lt", "lieutenant"},
                                                                             {"hon", "honorable"},
                                                                             {"sgt", "sergeant"},
                                                                             {"capt", "captain"},
                                                                             {"esq", "esquire"},
                                                                             {"ltd", "limited"},
                                                                             {"col", "colonel"},
                                                                             {"ft", "fort"}}};
        std::vector<std::pair<std::regex, std::string>> result;
        for (const auto& [from, to] : words)
            result.emplace_back(std::regex("\\b" + std::string(from) + "\\."), to);
        return result;
    }();
    for (const auto& [pattern, word] : known)
        text = std::regex_replace(text, pattern, word);
    return text;
}

std::string stripped(const std::string& text) {
    const std::u32string codes = decode_utf8(text);
    std::size_t first = 0, last = codes.size();
    while (first < last && is_python_space(codes[first]))
        ++first;
    while (last > first && is_python_space(codes[last - 1]))
        --last;
    std::string result;
    for (std::size_t i = first; i < last; ++i)
        append_utf8(result, codes[i]);
    return result;
}

std::string with_signs(std::string text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> signs{{{"&", " and "},
                                                                                  {"@", " at "},
                                                                                  {"%", " percent "},
                                                                                  {"#", " hash "},
                                                                                  {"$", " dollar "},
                                                                                  {"£", " pound "},
                                                                                  {"°", " degree "}}};
    for (const auto& [sign, word] : signs) {
        boost::algorithm::replace_all(text, sign, word);
        // Pairs of spaces become one, each pair once.
        std::string single;
        for (std::size_t i = 0; i < text.size(); ++i) {
            single += text[i];
            if (text[i] == ' ' && i + 1 < text.size() && text[i + 1] == ' ') ++i;
        }
        text = std::move(single);
    }
    return stripped(text);
}

std::string in_lower_case(std::string_view text) {
    std::u32string lower;
    for (const char32_t code : decode_utf8(text))
        append_lower(lower, code);
    std::string result;
    for (const char32_t code : lower)
        append_utf8(result, code);
    return result;
}

std::string with_single_spaces(const std::string& text) {
    std::string result;
    bool in_space = false;
    for (const char32_t code : decode_utf8(text)) {
        const bool is_space = is_python_space(code);
        if (is_space && !in_space) result += ' ';
        if (!is_space) append_utf8(result, code);
        in_space = is_space;
    }
    return result;
}

// Kana in Latin letters. Katakana lie 0x60 behind hiragana.
using Romaji = std::map<std::u32string, std::string>;

const Romaji& romaji() {
    static const Romaji table = [] {
        constexpr char32_t to_katakana = 0x60;
        Romaji result{{U"ヴ", "vu"}, {U"　", " "}, {U"、", ", "}, {U"。", ". "}};
        const auto add = [&](const std::u32string& kana, const std::string& latin) {
            result[kana] = latin;
            std::u32string other;
            for (const char32_t code : kana)
                other += code + to_katakana;
            result[other] = latin;
        };
        // Rows of five vowels, some of them with exceptions; a space stands for a kana that there is not.
        const std::array<std::pair<std::u32string, std::array<const char*, 5>>, 16> rows{
            {{U"あいうえお", {"a", "i", "u", "e", "o"}},
             {U"かきくけこ", {"ka", "ki", "ku", "ke", "ko"}},
             {U"さしすせそ", {"sa", "shi", "su", "se", "so"}},
             {U"たちつてと", {"ta", "chi", "tsu", "te", "to"}},
             {U"なにぬねの", {"na", "ni", "nu", "ne", "no"}},
             {U"はひふへほ", {"ha", "hi", "fu", "he", "ho"}},
             {U"まみむめも", {"ma", "mi", "mu", "me", "mo"}},
             {U"や ゆ よ", {"ya", "", "yu", "", "yo"}},
             {U"らりるれろ", {"ra", "ri", "ru", "re", "ro"}},
             {U"わ   を", {"wa", "", "", "", "wo"}},
             {U"ん    ", {"n", "", "", "", ""}},
             {U"がぎぐげご", {"ga", "gi", "gu", "ge", "go"}},
             {U"ざじずぜぞ", {"za", "ji", "zu", "ze", "zo"}},
             {U"だぢづでど", {"da", "ji", "zu", "de", "do"}},
             {U"ばびぶべぼ", {"ba", "bi", "bu", "be", "bo"}},
             {U"ぱぴぷぺぽ", {"pa", "pi", "pu", "pe", "po"}}}};
        for (const auto& [kana, latin] : rows)
            for (std::size_t i = 0; i < kana.size(); ++i)
                if (kana[i] != U' ') add({kana[i]}, latin[i]);
        const std::array<std::pair<char32_t, const char*>, 3> small{{{U'ゃ', "ya"}, {U'ゅ', "yu"}, {U'ょ', "yo"}}};
        const std::array<std::pair<char32_t, const char*>, 11> heads{{{U'き', "ky"},
                                                                      {U'し', "sh"},
                                                                      {U'ち', "ch"},
                                                                      {U'に', "ny"},
                                                                      {U'ひ', "hy"},
                                                                      {U'み', "my"},
                                                                      {U'り', "ry"},
                                                                      {U'ぎ', "gy"},
                                                                      {U'じ', "j"},
                                                                      {U'び', "by"},
                                                                      {U'ぴ', "py"}}};
        add(U"っ", "");
        for (const auto& [vowel, latin] : small) {
            add({vowel}, latin);
            for (const auto& [head, sound] : heads)
                add({head, vowel}, std::string(sound) + (latin + 1));
        }
        return result;
    }();
    return table;
}

bool is_small_vowel(char32_t code) {
    return std::u32string_view(U"ゃゅょャュョ").find(code) != std::u32string_view::npos;
}

}  // namespace

std::string romanised(std::string_view text) {
    const std::u32string codes = decode_utf8(text);
    std::string result;
    const auto find = [&](const std::u32string& kana) -> const std::string* {
        const auto found = romaji().find(kana);
        return found == romaji().end() ? nullptr : &found->second;
    };
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const bool is_last = i + 1 == codes.size();
        if (!is_last && (codes[i] == U'っ' || codes[i] == U'ッ')) {  // doubles the consonant that follows
            const std::string* next = find({codes[i + 1]});
            if (next && !next->empty() && std::string_view("aiueon").find(next->front()) == std::string_view::npos)
                result += next->front();
            continue;
        }
        if (!is_last && is_small_vowel(codes[i + 1])) {
            if (const std::string* both = find({codes[i], codes[i + 1]})) {
                result += *both;
                ++i;
                continue;
            }
        }
        if (const std::string* latin = find({codes[i]}))
            result += *latin;
        else
            append_utf8(result, codes[i]);
    }
    return result;
}

std::string cleaned_lyrics(std::string_view line, std::string_view language) {
    std::string text(line);
    std::erase(text, '"');
    if (language == "tr")
        for (const auto& [from, to] : {std::pair{"İ", "i"}, std::pair{"Ö", "ö"}, std::pair{"Ü", "ü"}})
            boost::algorithm::replace_all(text, from, to);
    text = in_lower_case(text);
    if (language == "en") text = with_signs(with_abbreviations(with_numbers(text)));
    return with_single_spaces(text);
}

}  // namespace easel::inference
