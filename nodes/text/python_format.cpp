#include "nodes/text/python_format.hpp"

#include "base/error.hpp"
#include "base/python_repr.hpp"
#include "graph/constants.hpp"
#include "nodes/text/format_specification.hpp"
#include "nodes/text/unicode_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace easel::nodes {
namespace {

using graph::Value;

bool is_all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string python_type(const Value& value) {
    const auto json = value.to_json();
    return json ? std::string(graph::python_type(*json)) : value.str();
}

std::string shown(const Value& value) {
    const auto json = value.to_json();
    return json ? python_str(*json) : value.str();
}

std::string represented(const Value& value) {
    const auto json = value.to_json();
    return json ? python_repr(*json) : value.str();
}

// Everything above ASCII as an escape.
std::string ascii_only(const std::string& text) {
    std::string out;
    for (char32_t c : code_points(text)) {
        if (c < 0x80) {
            out += static_cast<char>(c);
            continue;
        }
        const char kind = c < 0x100 ? 'x' : c < 0x10000 ? 'u' : 'U';
        const std::size_t digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
        char hex[9];
        const std::string_view number(
            hex, static_cast<std::size_t>(std::to_chars(hex, hex + 9, static_cast<std::uint32_t>(c), 16).ptr - hex));
        out += '\\';
        out += kind;
        out += std::string(digits - number.size(), '0');
        out += number;
    }
    return out;
}

class Formatter {
public:
    Formatter(std::string_view text, const FormatValues& values) : text_(text), values_(values) {}

    std::string run() { return formatted(text_, 2); }

private:
    // `depth`: how deep fields may nest, those in specifications included.
    std::string formatted(std::string_view text, int depth) {
        if (depth == 0) throw UserError("Max string recursion exceeded");
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            const char c = text[at];
            if (c != '{' && c != '}') {
                out += text[at++];
                continue;
            }
            if (at + 1 < text.size() && text[at + 1] == c) {
                out += c;
                at += 2;
                continue;
            }
            if (c == '}') throw UserError("Single '}' encountered in format string");
            const std::size_t end = field_end(text, at + 1);
            out += field(text.substr(at + 1, end - at - 1), depth);
            at = end + 1;
        }
        return out;
    }

    static std::size_t field_end(std::string_view text, std::size_t start) {
        if (start >= text.size()) throw UserError("Single '{' encountered in format string");
        int open = 1;
        bool in_key = false;
        for (std::size_t at = start; at < text.size(); ++at) {
            if (text[at] == '[') in_key = true;
            if (text[at] == ']') in_key = false;
            if (in_key) continue;
            if (text[at] == '{') ++open;
            if (text[at] == '}' && --open == 0) return at;
        }
        throw UserError("expected '}' before end of string");
    }

    std::string field(std::string_view text, int depth) {
        std::size_t name_end = 0;
        for (bool in_key = false; name_end < text.size(); ++name_end) {
            const char c = text[name_end];
            if (c == '[') in_key = true;
            if (c == ']') in_key = false;
            if (c == '{') throw UserError("unexpected '{' in field name");
            if (!in_key && (c == '!' || c == ':')) break;
        }
        Value value = named(text.substr(0, name_end));
        std::string_view rest = text.substr(name_end);
        if (rest.starts_with('!')) {
            if (rest.size() < 2) throw UserError("end of string while looking for conversion specifier");
            const char conversion = rest[1];
            if (rest.size() > 2 && rest[2] != ':') throw UserError("expected ':' after conversion specifier");
            if (conversion == 'r')
                value = Value(represented(value));
            else if (conversion == 's')
                value = Value(shown(value));
            else if (conversion == 'a')
                value = Value(ascii_only(represented(value)));
            else
                throw UserError(std::string("Unknown conversion specifier ") + conversion);
            rest.remove_prefix(2);
        }
        if (!rest.empty()) rest.remove_prefix(1);
        const std::string specification =
            rest.find('{') == std::string_view::npos ? std::string(rest) : formatted(rest, depth - 1);
        return format_value(value, specification);
    }

    Value named(std::string_view path) {
        const std::size_t end = std::min(path.find_first_of(".["), path.size());
        const std::string first(path.substr(0, end));
        if (first.empty() || is_all_digits(first))
            throw NamedError("IndexError", "Replacement index " +
                                               (first.empty() ? std::to_string(automatic_++) : first) +
                                               " out of range for positional args tuple");
        const auto found = values_.find(first);
        if (found == values_.end()) throw NamedError("KeyError", python_repr(std::string_view(first)));
        Value value = found->second;
        for (std::size_t at = end; at < path.size();) {
            if (path[at] == '[') {
                const std::size_t close = path.find(']', at);
                if (close == std::string_view::npos) throw UserError("Missing ']' in format string");
                value = element(value, path.substr(at + 1, close - at - 1));
                at = close + 1;
            } else if (path[at] == '.') {
                const std::size_t next = std::min(path.find_first_of(".[", at + 1), path.size());
                value = attribute(value, path.substr(at + 1, next - at - 1));
                at = next;
            } else {
                throw UserError("Only '.' or '[' may follow ']' in format field specifier");
            }
        }
        return value;
    }

    static Value element(const Value& value, std::string_view key) {
        if (key.empty()) throw UserError("Empty attribute in format string");
        const auto json = value.to_json();
        if (json && json->is_object()) {
            const auto found = json->find(std::string(key));
            if (is_all_digits(key) || found == json->end())
                throw NamedError("KeyError", is_all_digits(key) ? std::string(key) : python_repr(key));
            return Value::from_json(*found);
        }
        const bool is_sequence = json && (json->is_array() || json->is_string());
        if (!is_sequence) throw NamedError("TypeError", "'" + python_type(value) + "' object is not subscriptable");
        const char* name = json->is_array() ? "list" : "string";
        if (!is_all_digits(key))
            throw NamedError("TypeError", std::string(name) + " indices must be integers" +
                                              (json->is_array() ? " or slices" : "") + ", not " +
                                              (json->is_array() ? "str" : "'str'"));
        std::size_t index = SIZE_MAX;
        std::from_chars(key.data(), key.data() + key.size(), index);
        if (json->is_array() && index < json->size()) return Value::from_json((*json)[index]);
        if (json->is_string()) {
            const std::u32string characters = code_points(json->get_ref<const std::string&>());
            if (index < characters.size()) return Value(utf8(characters.substr(index, 1)));
        }
        throw NamedError("IndexError", std::string(name) + " index out of range");
    }

    static Value attribute(const Value& value, std::string_view name) {
        if (name.empty()) throw UserError("Empty attribute in format string");
        const auto json = value.to_json();
        if (json && json->is_number()) {
            if (name == "real") return value;
            if (name == "imag") return json->is_number_float() ? Value(0.0) : Value(std::int64_t{0});
            if (!json->is_number_float() && name == "numerator") return value;
            if (!json->is_number_float() && name == "denominator") return Value(std::int64_t{1});
        }
        throw NamedError("AttributeError",
                         "'" + python_type(value) + "' object has no attribute '" + std::string(name) + "'");
    }

    std::string_view text_;
    const FormatValues& values_;
    int automatic_ = 0;
};

}  // namespace

std::string python_format(std::string_view text, const FormatValues& values) { return Formatter(text, values).run(); }

std::string format_value(const Value& value, std::string_view specification) {
    if (specification.empty()) return shown(value);
    const std::string type = python_type(value);
    if (const auto* text = value.get_if<std::string>())
        return format_text(*text, read_specification(specification, type));
    if (const auto* real = value.get_if<double>()) return format_float(*real, read_specification(specification, type));
    if (const auto* flag = value.get_if<bool>())
        return format_integer(*flag, false, read_specification(specification, type));
    if (const auto* number = value.get_if<std::uint64_t>())
        return format_integer(*number, false, read_specification(specification, type));
    if (const auto* number = value.get_if<std::int64_t>()) {
        const std::uint64_t magnitude =
            *number < 0 ? ~static_cast<std::uint64_t>(*number) + 1 : static_cast<std::uint64_t>(*number);
        return format_integer(magnitude, *number < 0, read_specification(specification, type));
    }
    throw NamedError("TypeError", "unsupported format string passed to " + type + ".__format__");
}

}  // namespace easel::nodes
