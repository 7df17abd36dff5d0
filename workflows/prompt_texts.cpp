#include "workflows/prompt_texts.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <vector>

namespace easel::workflows {
namespace {

constexpr int deepest_alternatives = 100;

std::string without_comments(std::string_view text) {
    std::string kept;
    for (std::size_t i = 0; i < text.size();) {
        if (text.substr(i, 2) == "/*") {
            const std::size_t end = text.find("*/", i + 2);
            if (end != text.npos) {
                i = end + 2;
                continue;
            }
        } else if (text.substr(i, 2) == "//") {
            i = std::min(text.find_first_of("\r\n", i), text.size());
            continue;
        }
        kept += text[i++];
    }
    return kept;
}

class Alternatives {
public:
    explicit Alternatives(const Choose& choose) : choose_(choose) {}

    std::string resolve(std::string_view given, int depth) {
        const std::string text = without_comments(given);
        std::string resolved;
        for (std::size_t i = 0; i < text.size();) {
            const char c = text[i++];
            if (c == '\\')
                resolved += escaped(text, i);
            else if (c == '{' && depth < deepest_alternatives)
                resolved += one_of(text, i, depth);
            else
                resolved += c;
        }
        return without_escapes(resolved);
    }

private:
    static std::string escaped(const std::string& text, std::size_t& i) {
        std::string kept = "\\";
        if (i < text.size()) kept += text[i++];
        return kept;
    }

    static std::string without_escapes(const std::string& text) {
        std::string plain;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const bool is_escape = text[i] == '\\' && i + 1 < text.size() &&
                                   std::string_view("{}|").find(text[i + 1]) != std::string_view::npos;
            if (is_escape) ++i;
            plain += text[i];
        }
        return plain;
    }

    // From behind "{" to behind its "}".
    std::string one_of(const std::string& text, std::size_t& i, int depth) {
        std::vector<std::string> options(1);
        for (int inner = 0; i < text.size();) {
            const char c = text[i++];
            if (c == '\\') {
                options.back() += escaped(text, i);
                continue;
            }
            if (c == '{') ++inner;
            if (c == '}' && inner-- == 0) break;
            if (c == '|' && inner == 0)
                options.emplace_back();
            else
                options.back() += c;
        }
        return resolve(options[choose_(options.size())], depth + 1);
    }

    const Choose& choose_;
};

std::string two_digits(int number) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%02d", number % 100);
    return text.data();
}

// d dd M MM yy yyyy h hh m mm s ss; everything else stays.
std::string formatted_date(std::string_view format) {
    const std::time_t now = std::time(nullptr);
    std::tm date{};
    localtime_r(&now, &date);
    std::string text;
    for (std::size_t i = 0; i < format.size();) {
        std::size_t end = i;
        while (end < format.size() && format[end] == format[i])
            ++end;
        const std::size_t count = end - i;
        int value = -1;
        switch (format[i]) {
        case 'd':
            value = date.tm_mday;
            break;
        case 'M':
            value = date.tm_mon + 1;
            break;
        case 'h':
            value = date.tm_hour;
            break;
        case 'm':
            value = date.tm_min;
            break;
        case 's':
            value = date.tm_sec;
            break;
        default:
            break;
        }
        if (format[i] == 'y' && (count == 2 || count == 4)) {
            const int year = date.tm_year + 1900;
            text += count == 2 ? two_digits(year) : std::to_string(year);
        } else if (value >= 0 && count <= 2) {
            text += count == 2 ? two_digits(value) : std::to_string(value);
        } else {
            text += format.substr(i, count);
        }
        i = end;
    }
    return text;
}

// Fit for a file's name.
std::string without_separators(std::string text) {
    for (char& c : text)
        if (std::string_view("/?<>\\:*|\"").find(c) != std::string_view::npos || (c >= 0 && c < 0x20) || c == 0x7f)
            c = '_';
    return text;
}

}  // namespace

std::string with_alternatives_chosen(std::string_view text, const Choose& choose) {
    return Alternatives(choose).resolve(text, 0);
}

std::string with_patterns_filled(std::string_view text, const ValueOf& value_of) {
    std::string filled;
    while (!text.empty()) {
        const std::size_t begin = text.find('%');
        const std::size_t end = begin == text.npos ? begin : text.find('%', begin + 1);
        if (end == text.npos) break;
        filled += text.substr(0, begin);
        const std::string_view pattern = text.substr(begin + 1, end - begin - 1);
        const std::size_t dot = pattern.find('.');
        std::string value;
        if (pattern.empty()) {
            // "%%": the second may begin a pattern.
            filled += '%';
            text.remove_prefix(begin + 1);
            continue;
        }
        if (dot != pattern.npos && pattern.find('.', dot + 1) == pattern.npos) {
            if (value_of(std::string(pattern.substr(0, dot)), std::string(pattern.substr(dot + 1)), value))
                filled += without_separators(value);
            else
                filled += text.substr(begin, end - begin + 1);
        } else if (pattern.starts_with("date:")) {
            filled += formatted_date(pattern.substr(5));
        } else {
            filled += text.substr(begin, end - begin + 1);
        }
        text.remove_prefix(end + 1);
    }
    return filled.append(text);
}

}  // namespace easel::workflows
