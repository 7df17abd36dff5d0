#include "inference/text/music_prompt.hpp"

#include "inference/text/tokenizers/unicode.hpp"

#include <algorithm>
#include <vector>

namespace easel::inference {
namespace {

constexpr std::string_view blank_letters = " \t\n\r\f\v";

bool is_blank(char letter) { return blank_letters.find(letter) != std::string_view::npos; }

std::string_view without_end(std::string_view text) {
    const auto last = text.find_last_not_of(blank_letters);
    return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

std::string_view without_begin(std::string_view text) {
    const auto first = text.find_first_not_of(blank_letters);
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

void replace_all(std::string& text, std::string_view old, std::string_view other) {
    for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + other.size()))
        text.replace(at, old.size(), other);
}

// `<|name value|>` becomes "name is value", `<|name|>` the name.
std::string without_marks(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto open = text.find("<|");
        const auto end = open == std::string_view::npos ? open : text.find('|', open + 2);
        if (end == std::string_view::npos) break;
        if (text.substr(end, 2) != "|>") {
            result += text.substr(0, open + 1);
            text = text.substr(open + 1);
            continue;
        }
        const std::string_view inner = without_end(without_begin(text.substr(open + 2, end - open - 2)));
        result += text.substr(0, open);
        const auto space = inner.find_first_of(blank_letters);
        if (space == std::string_view::npos)
            result += inner;
        else
            result.append(inner.substr(0, space)).append(" is ").append(without_begin(inner.substr(space)));
        text = text.substr(end + 2);
    }
    return result.append(text);
}

// A heading's or list's marks at the beginning of a line.
std::string_view without_line_marks(std::string_view line) {
    const auto marked = [&](std::string_view rest, std::size_t marks) {
        return marks > 0 && marks < rest.size() && is_blank(rest[marks]);
    };
    std::string_view rest = without_begin(line);
    if (const auto hashes = std::min(rest.find_first_not_of('#'), rest.size());
        hashes <= 6 && line.size() - rest.size() <= 3 && marked(rest, hashes))
        line = without_begin(rest.substr(hashes));
    rest = without_begin(line);
    if (!rest.empty() && std::string_view("*+-").find(rest.front()) != std::string_view::npos && marked(rest, 1))
        line = without_begin(rest.substr(1));
    return line;
}

// What stands between two of `mark`, without these.
std::string without_pairs(std::string_view line, std::string_view mark) {
    std::string result;
    std::size_t at = 0;
    const auto is_star = [&](std::size_t place) { return place < line.size() && line[place] == '*'; };
    while (at < line.size()) {
        const bool opens = line.substr(at).starts_with(mark) && (mark.size() > 1 || at == 0 || !is_star(at - 1));
        const auto end = opens ? line.find('*', at + mark.size()) : std::string_view::npos;
        const bool closes = end != std::string_view::npos && end > at + mark.size() &&
                            line.substr(end).starts_with(mark) && (mark.size() > 1 || !is_star(end + 1));
        if (closes) {
            result += line.substr(at + mark.size(), end - at - mark.size());
            at = end + mark.size();
        } else {
            result.push_back(line[at++]);
        }
    }
    return result;
}

bool is_rule(std::string_view line) {
    const std::string_view marks = without_end(without_begin(line));
    return marks.size() >= 3 && marks.find_first_not_of("-*_") == std::string_view::npos;
}

std::string plain_line(std::string_view line) {
    std::string plain(without_line_marks(line));
    while (plain.find("**") != std::string::npos) {
        std::string shorter = without_pairs(plain, "**");
        if (shorter == plain) break;
        plain = std::move(shorter);
    }
    plain = without_end(without_pairs(plain, "*"));
    return is_rule(plain) ? "" : plain;
}

// As Python's str.splitlines(), of the ends that are in use.
std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of("\n\r\v\f"), text.size());
        lines.push_back(text.substr(0, end));
        text = text.substr(end + (text.substr(end).starts_with("\r\n") ? 2 : end < text.size() ? 1 : 0));
    }
    return lines;
}

std::string in_small_letters(std::string_view text) {
    std::u32string small;
    for (const char32_t code : decode_utf8(text))
        append_lower(small, code);
    std::string result;
    for (const char32_t code : small)
        append_utf8(result, code);
    return result;
}

}  // namespace

std::string clean_caption(std::string_view caption) {
    std::string text;
    const std::string unmarked = without_marks(caption);
    for (const std::string_view line : lines_of(unmarked))
        text.append(text.empty() && line.data() == unmarked.data() ? "" : "\n").append(plain_line(line));
    replace_all(text, "\u2022 ", "");
    replace_all(text, "    ", "");
    while (text.find("\n\n") != std::string::npos)
        replace_all(text, "\n\n", "\n");
    return text;
}

std::string with_parts_apart(std::string_view lyrics) {
    std::string text;
    const auto add = [&](std::string_view part) {
        if (part.empty()) return;
        if (!text.empty()) text += '\n';
        text += part.front() == '[' ? in_small_letters(part) : std::string(part);
    };
    bool is_behind_part = false;
    const auto say = [&](std::string_view words, bool is_before_part) {
        if (is_behind_part) words = without_begin(words);
        add(is_before_part ? without_end(words) : words);
    };
    std::size_t begin = 0, from = 0;
    while (true) {
        const auto open = lyrics.find('[', from);
        const auto end = open == std::string_view::npos ? open : lyrics.find(']', open + 1);
        if (end == std::string_view::npos) break;
        if (end == open + 1) {  // an empty part is none
            from = open + 1;
            continue;
        }
        say(lyrics.substr(begin, open - begin), true);
        add(lyrics.substr(open, end + 1 - open));
        is_behind_part = true;
        begin = from = end + 1;
    }
    say(lyrics.substr(begin), false);
    replace_all(text, " ^ ", "\n");
    return "[start]\n" + text;
}

std::string music_prompt(std::string_view caption, std::string_view lyrics) {
    return "<|im_start|><|caption_start|>" + clean_caption(caption) + "<|caption_end|><|lyrics_start|>" +
           with_parts_apart(lyrics) + "<|lyrics_end|><|im_end|><|audio_start|>";
}

}  // namespace easel::inference
