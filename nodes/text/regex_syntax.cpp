#include "nodes/text/regex_syntax.hpp"

#include "base/error.hpp"
#include "nodes/text/unicode_text.hpp"

#include <algorithm>
#include <charconv>

namespace easel::nodes {
namespace {

// White space for Python but not for PCRE2.
constexpr std::string_view more_spaces = "\\x{1c}-\\x{1f}";

bool is_pattern_digit(char c) { return c >= '0' && c <= '9'; }
bool is_octal_digit(char c) { return c >= '0' && c <= '7'; }
bool is_hex_digit(char c) { return is_pattern_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string code_escape(std::int64_t code) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, code, 16).ptr;
    return "\\x{" + std::string(digits, end) + "}";
}

// The escapes that stand for a control character in patterns and templates.
std::optional<char> control_character(char letter) {
    switch (letter) {
    case 'a':
        return '\a';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'v':
        return '\v';
    default:
        return std::nullopt;
    }
}

class PatternReader {
public:
    explicit PatternReader(std::string_view pattern) : pattern_(pattern) {}

    std::string run() {
        while (at_ < pattern_.size())
            take();
        return std::move(out_);
    }

private:
    char peek(std::size_t ahead = 0) const { return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0'; }
    bool starts(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
    void copy(std::size_t count) {
        out_ += pattern_.substr(at_, count);
        at_ += count;
    }

    void take() {
        switch (peek()) {
        case '\\':
            take_escape(false);
            break;
        case '[':
            take_set();
            break;
        case '(':
            take_group();
            break;
        case '{':
            take_brace();
            break;
        default:
            copy(1);
        }
    }

    void take_escape(bool in_set) {
        const std::size_t start = at_++;
        if (at_ >= pattern_.size()) refuse_pattern("bad escape (end of pattern)", start);
        const char c = peek();
        if (is_pattern_digit(c)) return take_digits(in_set, start);
        if (c == 'x' || c == 'u' || c == 'U') return take_code(c == 'x' ? 2 : c == 'u' ? 4 : 8, start);
        if (const auto control = control_character(c)) {
            ++at_;
            out_ += code_escape(*control);
            return;
        }
        if (c == 's' || c == 'S') return take_space(in_set);
        if (std::string_view("dDwW").find(c) != std::string_view::npos) {
            out_ += '\\';
            return copy(1);
        }
        if (in_set && c == 'b') {
            ++at_;
            out_ += code_escape('\b');
            return;
        }
        if (!in_set && c == 'Z') {
            ++at_;
            out_ += "\\z";
            return;
        }
        const bool is_place = !in_set && (c == 'A' || c == 'b' || c == 'B');
        if (is_ascii_letter(c) && !is_place) refuse_pattern(std::string("bad escape \\") + c, start);
        if (static_cast<unsigned char>(c) < 0x80) out_ += '\\';
        copy(1);
    }

    void take_space(bool in_set) {
        const bool is_inverse = peek() == 'S';
        ++at_;
        if (in_set)
            out_ += is_inverse ? std::string("\\S") : "\\s" + std::string(more_spaces);
        else
            out_ += std::string(is_inverse ? "[^" : "[") + "\\s" + std::string(more_spaces) + "]";
    }

    // \0, \01, \012: octal; \123 with octal digits: octal; else the number of a group.
    void take_digits(bool in_set, std::size_t start) {
        const bool is_octal =
            peek() == '0' || (is_octal_digit(peek()) && is_octal_digit(peek(1)) && is_octal_digit(peek(2)));
        if (is_octal || in_set) {
            std::int64_t code = 0;
            int digits = 0;
            for (; digits < 3 && is_octal_digit(peek()); ++digits, ++at_)
                code = code * 8 + (peek() - '0');
            if (digits == 0) refuse_pattern(std::string("bad escape \\") + peek(), start);
            if (code > 0377)
                refuse_pattern("octal escape value " + std::string(pattern_.substr(start, at_ - start)) +
                                   " outside of range 0-0o377",
                               start);
            out_ += code_escape(code);
            return;
        }
        std::string number(1, peek());
        ++at_;
        if (is_pattern_digit(peek())) number += peek(), ++at_;
        out_ += "\\g{" + number + "}";
    }

    void take_code(std::size_t digits, std::size_t start) {
        ++at_;
        std::int64_t code = 0;
        std::size_t found = 0;
        while (found < digits && is_hex_digit(peek(found)))
            ++found;
        if (found < digits)
            refuse_pattern("incomplete escape " + std::string(pattern_.substr(start, at_ + found - start)), start);
        std::from_chars(pattern_.data() + at_, pattern_.data() + at_ + digits, code, 16);
        at_ += digits;
        out_ += code_escape(code);
    }

    void take_set() {
        const std::size_t start = at_;
        copy(1);
        if (peek() == '^') copy(1);
        bool is_first = true;
        while (is_first || peek() != ']') {
            if (at_ >= pattern_.size()) refuse_pattern("unterminated character set", start);
            if (peek() == '\\') {
                take_escape(true);
            } else {
                if (peek() == '[' || peek() == ']') out_ += '\\';
                copy(1);
            }
            is_first = false;
        }
        copy(1);
    }

    void take_group() {
        const std::size_t start = at_;
        if (starts("(*")) refuse_pattern("nothing to repeat", start + 1);
        if (!starts("(?")) return copy(1);
        if (starts("(?#")) {
            const std::size_t end = pattern_.find(')', at_);
            if (end == std::string_view::npos) refuse_pattern("missing ), unterminated comment", start);
            at_ = end + 1;
            return;
        }
        if (starts("(?P=")) return take_named_reference(start);
        if (starts("(?P<")) return copy(4);
        if (starts("(?P")) refuse_pattern("unknown extension ?P", start + 1);
        if (starts("(?<=") || starts("(?<!")) return copy(4);
        for (std::string_view kind : {"(?:", "(?=", "(?!", "(?>"})
            if (starts(kind)) return copy(3);
        if (starts("(?(")) return take_condition(start);
        take_flags(start);
    }

    void take_named_reference(std::size_t start) {
        const std::size_t end = pattern_.find(')', at_);
        if (end == std::string_view::npos) refuse_pattern("missing ), unterminated name", start + 4);
        copy(end + 1 - at_);
    }

    void take_condition(std::size_t start) {
        const std::size_t end = pattern_.find(')', at_);
        if (end == std::string_view::npos) refuse_pattern("missing ), unterminated name", start + 3);
        const std::string_view name = pattern_.substr(at_ + 3, end - at_ - 3);
        const bool is_number = !name.empty() && std::ranges::all_of(name, is_pattern_digit);
        out_ += is_number ? "(?(" + std::string(name) + ")" : "(?(<" + std::string(name) + ">)";
        at_ = end + 1;
    }

    // (?ims) at the start, (?i-m:...) anywhere. Python's "u" is what holds anyway.
    void take_flags(std::size_t start) {
        at_ += 2;
        std::string flags;
        while (std::string_view("aiLmsux-").find(peek()) != std::string_view::npos && peek() != '\0') {
            if (peek() == 'L') refuse_pattern("bad inline flags: cannot use 'L' flag with a str pattern", at_);
            if (peek() != 'u' && peek() != 'a') flags += peek();
            ++at_;
        }
        if (peek() != ':' && peek() != ')')
            refuse_pattern("unknown extension ?" + std::string(pattern_.substr(start + 2, 1)), start + 1);
        if (peek() == ')' && start != 0) refuse_pattern("global flags not at the start of the expression", start);
        out_ += "(?" + flags;
        copy(1);
    }

    // {n}, {n,}, {,m} and {n,m} repeat; any other brace is itself.
    void take_brace() {
        std::size_t end = at_ + 1;
        while (end < pattern_.size() && is_pattern_digit(pattern_[end]))
            ++end;
        const bool has_least = end > at_ + 1;
        const std::string least(pattern_.substr(at_ + 1, end - at_ - 1));
        const bool has_comma = end < pattern_.size() && pattern_[end] == ',';
        const std::size_t most_start = has_comma ? ++end : end;
        while (has_comma && end < pattern_.size() && is_pattern_digit(pattern_[end]))
            ++end;
        const bool closes = end < pattern_.size() && pattern_[end] == '}';
        if (!closes || (!has_least && !has_comma)) {
            out_ += "\\{";
            ++at_;
            return;
        }
        out_ += "{" + (has_least ? least : "0") + (has_comma ? "," : "") +
                std::string(pattern_.substr(most_start, end - most_start)) + "}";
        at_ = end + 1;
    }

    std::string_view pattern_;
    std::size_t at_ = 0;
    std::string out_;
};

}  // namespace

std::string pcre_pattern(std::string_view python_pattern) { return PatternReader(python_pattern).run(); }

std::vector<TemplatePart>
template_parts(std::string_view replacement, std::int64_t group_count,
               const std::function<std::optional<std::int64_t>(std::string_view)>& group_named) {
    std::vector<TemplatePart> parts(1);
    const auto add_text = [&](std::string_view text) { parts.back().text += text; };
    const auto add_group = [&](std::int64_t group, std::size_t position) {
        if (group > group_count) refuse_pattern("invalid group reference " + std::to_string(group), position);
        parts.push_back({.text = {}, .group = group});
        parts.emplace_back();
    };
    const auto peek = [&](std::size_t at) { return at < replacement.size() ? replacement[at] : '\0'; };
    for (std::size_t at = 0; at < replacement.size();) {
        if (replacement[at] != '\\') {
            add_text(replacement.substr(at++, 1));
            continue;
        }
        const std::size_t start = at++;
        if (at >= replacement.size()) refuse_pattern("bad escape (end of pattern)", start);
        const char c = replacement[at++];
        if (c == 'g') {
            if (peek(at) != '<') refuse_pattern("missing <", at);
            const std::size_t end = replacement.find('>', at);
            if (end == std::string_view::npos) refuse_pattern("missing >, unterminated name", at + 1);
            const std::string_view name = replacement.substr(at + 1, end - at - 1);
            if (name.empty()) refuse_pattern("missing group name", at + 1);
            if (std::ranges::all_of(name, is_pattern_digit)) {
                std::int64_t group = INT64_MAX;
                std::from_chars(name.data(), name.data() + name.size(), group);
                add_group(group, at + 1);
            } else if (const auto group = group_named(name)) {
                add_group(*group, at + 1);
            } else {
                throw NamedError("IndexError", "unknown group name '" + std::string(name) + "'");
            }
            at = end + 1;
        } else if (c == '0' || (is_octal_digit(c) && is_octal_digit(peek(at)) && is_octal_digit(peek(at + 1)))) {
            std::int64_t code = c - '0';
            for (int digits = 1; digits < 3 && is_octal_digit(peek(at)); ++digits)
                code = code * 8 + (replacement[at++] - '0');
            if (code > 0377) refuse_pattern("octal escape value outside of range 0-0o377", start);
            add_text(utf8(std::u32string(1, static_cast<char32_t>(code))));
        } else if (is_pattern_digit(c)) {
            std::int64_t group = c - '0';
            if (is_pattern_digit(peek(at))) group = group * 10 + (replacement[at++] - '0');
            add_group(group, start + 1);
        } else if (const auto control = control_character(c)) {
            add_text(std::string_view(&*control, 1));
        } else if (c == 'b') {
            add_text("\b");
        } else if (c == '\\') {
            add_text("\\");
        } else if (is_ascii_letter(c)) {
            refuse_pattern(std::string("bad escape \\") + c, start);
        } else {
            add_text("\\");
            add_text(std::string_view(&c, 1));
        }
    }
    return parts;
}

void refuse_pattern(const std::string& what, std::size_t position) {
    throw NamedError("re.error", what + " at position " + std::to_string(position));
}

}  // namespace easel::nodes
