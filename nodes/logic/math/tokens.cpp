#include "nodes/logic/math/tokens.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace easel::nodes::math {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

class Tokenizer {
public:
    explicit Tokenizer(std::string_view source) : source_(source) {}

    std::vector<Token> run() {
        while (at_ < source_.size())
            take();
        add({.kind = Token::Kind::end, .word = {}, .value = {}});
        return std::move(tokens_);
    }

private:
    char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
    void add(Token token) { tokens_.push_back(std::move(token)); }

    void take() {
        const char c = peek();
        if (c == '\n') {
            if (depth_ == 0) add({.kind = Token::Kind::line_end, .word = {}, .value = {}});
            ++at_;
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
            ++at_;
        } else if (c == '\\' && peek(1) == '\n') {
            at_ += 2;
        } else if (c == '#') {
            while (at_ < source_.size() && peek() != '\n')
                ++at_;
        } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
            take_number();
        } else if (is_name_start(c)) {
            take_name();
        } else if (c == '\'' || c == '"') {
            take_text();
        } else {
            take_symbol();
        }
    }

    void take_name() {
        const std::size_t start = at_;
        while (is_name_start(peek()) || is_digit(peek()))
            ++at_;
        if (peek() == '\'' || peek() == '"')
            throw NamedError("simpleeval.FeatureNotAvailable", "texts with a prefix are not available in expressions");
        add({.kind = Token::Kind::name, .word = std::string(source_.substr(start, at_ - start)), .value = {}});
    }

    // Digits of a base with single underscores between them.
    std::string digits(int base) {
        std::string taken;
        const auto belongs = [base](char c) {
            const int lower = std::tolower(static_cast<unsigned char>(c));
            return is_digit(c) ? c - '0' < base : base == 16 && lower >= 'a' && lower <= 'f';
        };
        while (belongs(peek()) || (peek() == '_' && !taken.empty() && belongs(peek(1)))) {
            if (peek() != '_') taken += peek();
            ++at_;
        }
        return taken;
    }

    void take_number() {
        const char kind = static_cast<char>(std::tolower(static_cast<unsigned char>(peek(1))));
        const int base = peek() != '0' ? 10 : kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 10;
        if (base != 10) {
            at_ += 2;
            if (peek() == '_') ++at_;
            const std::string taken = digits(base);
            if (taken.empty() || is_name_start(peek()) || is_digit(peek())) refuse_syntax("invalid number");
            Integer value = 0;
            for (char c : taken)
                value = value * base + (is_digit(c) ? c - '0' : std::tolower(static_cast<unsigned char>(c)) - 'a' + 10);
            return add({.kind = Token::Kind::number, .word = {}, .value = value});
        }
        std::string text = digits(10);
        bool is_float = false;
        if (peek() == '.') {
            is_float = true;
            text += '.';
            ++at_;
            text += digits(10);
        }
        const bool has_sign = peek(1) == '+' || peek(1) == '-';
        if ((peek() == 'e' || peek() == 'E') && is_digit(peek(has_sign ? 2 : 1))) {
            is_float = true;
            text += 'e';
            ++at_;
            if (has_sign) text += peek(), ++at_;
            text += digits(10);
        }
        if (peek() == 'j' || peek() == 'J')
            throw NamedError("ValueError", "complex numbers are not available in expressions");
        if (!is_float && text.size() > 1 && text[0] == '0' && text.find_first_not_of('0') != std::string::npos)
            refuse_syntax("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal "
                          "integers");
        if (!is_float && text.size() > 4300)
            refuse_syntax("Exceeds the limit (4300 digits) for integer string conversion");
        if (!is_float) return add({.kind = Token::Kind::number, .word = {}, .value = decimal(text)});
        return add({.kind = Token::Kind::number, .word = {}, .value = std::strtod(text.c_str(), nullptr)});
    }

    static Integer decimal(const std::string& text) {
        const std::size_t start = std::min(text.find_first_not_of('0'), text.size() - 1);
        return Integer(text.substr(start));
    }

    void take_text() {
        const char quote = peek();
        ++at_;
        std::string text;
        while (peek() != quote) {
            if (at_ >= source_.size() || peek() == '\n') refuse_syntax("unterminated string literal");
            if (peek() == '\\' && at_ + 1 < source_.size()) {
                const char c = peek(1);
                at_ += 2;
                if (c == 'n')
                    text += '\n';
                else if (c == 't')
                    text += '\t';
                else if (c == '\\' || c == '\'' || c == '"')
                    text += c;
                else
                    text += '\\', text += c;
                continue;
            }
            text += peek();
            ++at_;
        }
        ++at_;
        add({.kind = Token::Kind::text, .word = {}, .value = std::move(text)});
    }

    void take_symbol() {
        static constexpr std::array<std::string_view, 39> symbols = {
            "**=", "//=", ">>=", "<<=", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "+=",
            "-=",  "*=",  "/=",  "%=",  "&=", "|=", "^=", ":=", "+",  "-",  "*",  "/",  "%",
            "@",   "&",   "|",   "^",   "~",  "<",  ">",  "(",  ")",  "[",  "]",  ",",  ":"};
        static constexpr std::array<std::string_view, 5> more = {".", ";", "=", "{", "}"};
        const std::string_view rest = source_.substr(at_);
        const auto fits = [&](std::string_view symbol) { return rest.starts_with(symbol); };
        std::string_view found;
        if (const auto hit = std::ranges::find_if(symbols, fits); hit != symbols.end()) found = *hit;
        if (const auto hit = std::ranges::find_if(more, fits); found.empty() && hit != more.end()) found = *hit;
        if (found.empty()) refuse_syntax("invalid syntax");
        if (found == "(" || found == "[" || found == "{") ++depth_;
        if (found == ")" || found == "]" || found == "}") --depth_;
        if (depth_ < 0) refuse_syntax("unmatched '" + std::string(found) + "'");
        at_ += found.size();
        add({.kind = Token::Kind::symbol, .word = std::string(found), .value = {}});
    }

    std::string_view source_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view source) { return Tokenizer(source).run(); }

void refuse_syntax(const std::string& what) { throw NamedError("SyntaxError", what + " (<unknown>, line 1)"); }

}  // namespace easel::nodes::math
