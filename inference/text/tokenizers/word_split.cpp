#include "inference/text/tokenizers/word_split.hpp"

#include "inference/text/tokenizers/unicode.hpp"

#include <algorithm>

namespace easel::inference {

// The order is that of the alternatives of the regular expression by which these vocabularies were made.
std::size_t WordSplit::end_at(std::size_t at) const {
    if (word_case_ == WordCase::separates) {
        for (const auto kind : {&WordSplit::cased_letters, &WordSplit::number, &WordSplit::symbols,
                                &WordSplit::line_end, &WordSplit::spaces})
            if (const auto end = (this->*kind)(at); end > at) return end;
        return at + 1;
    }
    for (const auto kind : {&WordSplit::contraction, &WordSplit::letters, &WordSplit::number, &WordSplit::symbols,
                            &WordSplit::line_end, &WordSplit::spaces})
        if (const auto end = (this->*kind)(at); end > at) return end;
    return at + 1;
}

bool WordSplit::is_newline(std::size_t at) const { return has(at) && (text_[at] == U'\r' || text_[at] == U'\n'); }

bool WordSplit::is_letter_at(std::size_t at) const { return has(at) && is_letter(text_[at]); }

bool WordSplit::is_symbol(std::size_t at) const {
    return has(at) && !is_white_space(text_[at]) && !is_letter(text_[at]) && !is_number(text_[at]);
}

std::size_t WordSplit::space_end(std::size_t at) const {
    while (has(at) && is_white_space(text_[at]))
        ++at;
    return at;
}

// 's, 't, 're, ..., in any case.
std::size_t WordSplit::contraction(std::size_t at) const {
    if (!has(at) || text_[at] != U'\'') return at;
    std::u32string lower;
    for (std::size_t i = at + 1; i < std::min(at + 3, text_.size()); ++i)
        append_lower(lower, text_[i] == U'\u017F' ? U's' : text_[i]);
    for (const std::u32string_view ending : {U"s", U"t", U"re", U"ve", U"m", U"ll", U"d"})
        if (std::u32string_view(lower).starts_with(ending)) return at + 1 + ending.size();
    return at;
}

// Letters and one other character before them, which is no number and no newline.
std::size_t WordSplit::letters(std::size_t at) const {
    std::size_t end = at;
    if (!is_letter_at(at) && !is_number(text_[at]) && !is_newline(at)) ++end;
    if (!is_letter_at(end)) return at;
    while (is_letter_at(end))
        ++end;
    return end;
}

// Capitals, then small letters, with what is neither (marks, letters without case) on both sides.
std::size_t WordSplit::cased_letters_from(std::size_t at) const {
    const auto may_be_capital = [&](std::size_t i) { return has(i) && stands_with_capitals(text_[i]); };
    const auto may_be_small = [&](std::size_t i) { return has(i) && stands_with_small_letters(text_[i]); };
    std::size_t capitals = at;
    while (may_be_capital(capitals))
        ++capitals;
    std::size_t end = capitals;
    while (may_be_small(end))
        ++end;
    if (end == capitals) {  // the small part may be one of those that stand with both
        while (end > at && !may_be_small(end - 1))
            --end;
        if (end == at) end = capitals;
    }
    return end > at ? std::max(end, contraction(end)) : at;
}

// The same with one other character before them, which is no letter, no number and no newline.
std::size_t WordSplit::cased_letters(std::size_t at) const {
    if (!is_letter_at(at) && !is_number(text_[at]) && !is_newline(at))
        if (const std::size_t end = cased_letters_from(at + 1); end > at + 1) return end;
    return cased_letters_from(at);
}

std::size_t WordSplit::number(std::size_t at) const {
    std::size_t end = at;
    while (has(end) && end < at + digits_ && is_number(text_[end]))
        ++end;
    return end;
}

// Symbols, one space before them and newlines behind.
std::size_t WordSplit::symbols(std::size_t at) const {
    std::size_t end = text_[at] == U' ' ? at + 1 : at;
    if (!is_symbol(end)) return at;
    while (is_symbol(end))
        ++end;
    while (is_newline(end) || (word_case_ == WordCase::separates && has(end) && text_[end] == U'/'))
        ++end;
    return end;
}

// White space up to the last newline in it.
std::size_t WordSplit::line_end(std::size_t at) const {
    for (std::size_t end = space_end(at); end > at; --end)
        if (is_newline(end - 1)) return end;
    return at;
}

// White space, but for the last of it where a word follows.
std::size_t WordSplit::spaces(std::size_t at) const {
    const std::size_t end = space_end(at);
    return has(end) && end > at + 1 ? end - 1 : end;
}

}  // namespace easel::inference
