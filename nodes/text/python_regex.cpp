#include "nodes/text/python_regex.hpp"

#include "base/error.hpp"
#include "nodes/text/regex_syntax.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>

namespace easel::nodes {
namespace {

struct FreeMatch {
    void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
};

PCRE2_SPTR bytes(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

std::string explanation(int error) {
    std::array<PCRE2_UCHAR, 256> text{};
    pcre2_get_error_message(error, text.data(), text.size());
    return reinterpret_cast<const char*>(text.data());
}

}  // namespace

struct PythonRegex::Compiled {
    struct FreeCode {
        void operator()(pcre2_code* compiled) const { pcre2_code_free(compiled); }
    };
    std::unique_ptr<pcre2_code, FreeCode> code;

    std::optional<FoundMatch> match(std::string_view text, std::size_t start, std::uint32_t options) const {
        const std::unique_ptr<pcre2_match_data, FreeMatch> found(
            pcre2_match_data_create_from_pattern(code.get(), nullptr));
        const int count = pcre2_match(code.get(), bytes(text), text.size(), start, options, found.get(), nullptr);
        if (count == PCRE2_ERROR_NOMATCH) return std::nullopt;
        if (count < 0) throw UserError("the pattern cannot be matched with this text: " + explanation(count));
        const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(found.get());
        FoundMatch match{.start = bounds[0], .end = bounds[1], .groups = {}};
        for (std::size_t i = 0; i < pcre2_get_ovector_count(found.get()); ++i) {
            const bool took_part = static_cast<int>(i) < count && bounds[2 * i] != PCRE2_UNSET;
            match.groups.push_back(
                took_part ? std::optional(std::string(text.substr(bounds[2 * i], bounds[2 * i + 1] - bounds[2 * i])))
                          : std::nullopt);
        }
        return match;
    }
};

PythonRegex::PythonRegex(std::string_view pattern, RegexOptions options) : compiled_(std::make_unique<Compiled>()) {
    // ALT_CIRCUMFLEX: with multiline, ^ stands behind a line feed at the very end, too.
    std::uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_ALT_CIRCUMFLEX;
    if (options.ignore_case) flags |= PCRE2_CASELESS;
    if (options.multiline) flags |= PCRE2_MULTILINE;
    if (options.dot_all) flags |= PCRE2_DOTALL;
    const std::string translated = pcre_pattern(pattern);
    const std::unique_ptr<pcre2_compile_context, void (*)(pcre2_compile_context*)> context(
        pcre2_compile_context_create(nullptr), pcre2_compile_context_free);
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    int error = 0;
    PCRE2_SIZE position = 0;
    compiled_->code.reset(pcre2_compile(bytes(translated), translated.size(), flags, &error, &position, context.get()));
    if (!compiled_->code) refuse_pattern(explanation(error), position);
}

PythonRegex::~PythonRegex() = default;
PythonRegex::PythonRegex(PythonRegex&&) noexcept = default;
PythonRegex& PythonRegex::operator=(PythonRegex&&) noexcept = default;

std::int64_t PythonRegex::group_count() const {
    std::uint32_t count = 0;
    pcre2_pattern_info(compiled_->code.get(), PCRE2_INFO_CAPTURECOUNT, &count);
    return count;
}

std::optional<FoundMatch> PythonRegex::search(std::string_view text) const { return compiled_->match(text, 0, 0); }

// A match may begin where the last one ended; only behind an empty one the next must not be empty at the same place.
std::vector<FoundMatch> PythonRegex::find_all(std::string_view text, std::int64_t most) const {
    std::vector<FoundMatch> all;
    std::size_t start = 0;
    std::uint32_t options = 0;
    while (most <= 0 || std::ssize(all) < most) {
        std::optional<FoundMatch> match = compiled_->match(text, start, options);
        if (!match) break;
        start = match->end;
        options = match->end == match->start ? PCRE2_NOTEMPTY_ATSTART : 0;
        all.push_back(std::move(*match));
    }
    return all;
}

std::string PythonRegex::substitute(std::string_view text, std::string_view replacement, std::int64_t most) const {
    const auto group_named = [&](std::string_view name) -> std::optional<std::int64_t> {
        const std::string whole(name);
        const int group = pcre2_substring_number_from_name(compiled_->code.get(), bytes(whole));
        return group > 0 ? std::optional<std::int64_t>(group) : std::nullopt;
    };
    const std::vector<TemplatePart> parts = template_parts(replacement, group_count(), group_named);
    std::string out;
    std::size_t at = 0;
    for (const FoundMatch& match : find_all(text, most)) {
        out += text.substr(at, match.start - at);
        for (const TemplatePart& part : parts)
            out += part.group ? match.groups[static_cast<std::size_t>(*part.group)].value_or("") : part.text;
        at = match.end;
    }
    return out += text.substr(at);
}

}  // namespace easel::nodes
