#include "base/python_json_reader.hpp"

#include "base/error.hpp"
#include "base/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace easel {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::array<std::pair<std::string_view, double>, 3> words = {
    {{"NaN", std::numeric_limits<double>::quiet_NaN()}, {"-Infinity", -infinity}, {"Infinity", infinity}}};

bool begins_number(char c) { return c == '-' || (c >= '0' && c <= '9'); }

// The end of the string that begins at `at`, behind its closing quote.
std::size_t end_of_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\') ++at;
    return std::min(at + 1, text.size());
}

std::size_t end_of_number(std::string_view text, std::size_t at) {
    return std::min(text.find_first_not_of("+-.0123456789eE", at), text.size());
}

// The UTF-16 unit of the escape \uXXXX at `at`, if there is one.
std::optional<unsigned> escaped_unit(std::string_view text, std::size_t at) {
    constexpr std::size_t length = 6;
    if (at + length > text.size() || text[at] != '\\' || text[at + 1] != 'u') return {};
    unsigned unit = 0;
    const char* first = text.data() + at + 2;
    const auto [end, error] = std::from_chars(first, first + 4, unit, 16);
    if (error != std::errc() || end != first + 4) return {};
    return unit;
}

// A string as it stands in JSON, with the escapes of half a character, which Python lets pass, as U+FFFD.
std::string with_whole_characters(std::string_view text) {
    auto is_high = [](unsigned unit) { return unit >= 0xd800 && unit < 0xdc00; };
    auto is_low = [](unsigned unit) { return unit >= 0xdc00 && unit < 0xe000; };
    std::string whole;
    for (std::size_t at = 0; at < text.size();) {
        const auto unit = escaped_unit(text, at);
        std::size_t length = text[at] == '\\' ? 2 : 1;
        if (unit) {
            const auto next = escaped_unit(text, at + 6);
            const bool is_pair = is_high(*unit) && next && is_low(*next);
            length = is_pair ? 12 : 6;
            if (!is_pair && (is_high(*unit) || is_low(*unit))) {
                whole += "\\ufffd";
                at += length;
                continue;
            }
        }
        whole += text.substr(at, length);
        at += length;
    }
    return whole;
}

// Text with the numbers that JSON has not replaced by strings that begin with a mark which nothing else in it has.
class Rewritten {
public:
    explicit Rewritten(std::string_view text) : mark_("number") {
        while (text.find(mark_) != text.npos)
            mark_ += '#';
        for (std::size_t at = 0; at < text.size();) {
            std::size_t end = at + 1;
            std::optional<double> special;
            if (text[at] == '"') {
                end = end_of_string(text, at);
                const std::string_view string = text.substr(at, end - at);
                text_ += with_whole_characters(string);
                is_changed_ |= !std::string_view(text_).ends_with(string);
                at = end;
                continue;
            } else if (const auto word = word_at(text, at)) {
                end = at + word->first.size();
                special = word->second;
            } else if (begins_number(text[at])) {
                end = end_of_number(text, at);
                special = beyond_double(std::string(text.substr(at, end - at)));
            }
            // Names of members are not numbers.
            if (const auto next = text.find_first_not_of(" \t\r\n", end); next != text.npos && text[next] == ':')
                special.reset();
            if (special)
                replace(*special);
            else
                text_ += text.substr(at, end - at);
            at = end;
        }
    }

    bool is_changed() const { return is_changed_; }

    Json parsed() const {
        Json json = read_json(text_);
        put_back(json);
        return json;
    }

private:
    static std::optional<std::pair<std::string_view, double>> word_at(std::string_view text, std::size_t at) {
        for (const auto& word : words)
            if (text.substr(at).starts_with(word.first)) return word;
        return {};
    }

    static std::optional<double> beyond_double(const std::string& number) {
        char* end = nullptr;
        const double value = std::strtod(number.c_str(), &end);
        if (end != number.c_str() + number.size() || !std::isinf(value)) return {};
        return value;
    }

    void replace(double number) {
        is_changed_ = true;
        text_ += '"' + mark_ + (std::isnan(number) ? "0" : number > 0 ? "+" : "-") + '"';
    }

    void put_back(Json& json) const {
        if (json.is_structured()) {
            for (Json& member : json)
                put_back(member);
        } else if (json.is_string() && json.get_ref<const std::string&>().starts_with(mark_)) {
            const char kind = json.get_ref<const std::string&>().back();
            json = kind == '0' ? words[0].second : kind == '+' ? infinity : -infinity;
        }
    }

    std::string mark_, text_;
    bool is_changed_ = false;
};

}  // namespace

Json read_python_json(std::string_view text) {
    try {
        return read_json(text);
    } catch (const UserError&) {
        const Rewritten rewritten(text);
        if (!rewritten.is_changed()) throw;
        return rewritten.parsed();
    }
}

}  // namespace easel
