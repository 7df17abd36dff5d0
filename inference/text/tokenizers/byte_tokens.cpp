#include "inference/text/tokenizers/byte_tokens.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace easel::inference {
namespace {

constexpr int first_byte = 3, first_extra = 259, extras = 125;

struct SpecialToken {
    int id;
    std::size_t length;
};

// The special token that `text` begins with.
std::optional<SpecialToken> special_token(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, int>, 3> named{{{"<pad>", 0}, {"</s>", 1}, {"<unk>", 2}}};
    for (const auto& [name, id] : named)
        if (text.starts_with(name)) return SpecialToken{id, name.size()};
    constexpr std::string_view extra = "<extra_id_";
    if (!text.starts_with(extra)) return std::nullopt;
    int number = 0;
    const char* const begin = text.data() + extra.size();
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
    const bool is_padded = end - begin > 1 && *begin == '0';
    if (error != std::errc() || *begin == '-' || is_padded || number >= extras) return std::nullopt;
    if (end == text.data() + text.size() || *end != '>') return std::nullopt;
    return SpecialToken{first_extra + number, static_cast<std::size_t>(end - text.data()) + 1};
}

}  // namespace

std::vector<int> byte_tokens(std::string_view text) {
    std::vector<int> tokens;
    while (!text.empty()) {
        const auto special = text.front() == '<' ? special_token(text) : std::nullopt;
        tokens.push_back(special ? special->id : first_byte + static_cast<unsigned char>(text.front()));
        text.remove_prefix(special ? special->length : 1);
    }
    return tokens;
}

}  // namespace easel::inference
