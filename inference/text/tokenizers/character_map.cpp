#include "inference/text/tokenizers/character_map.hpp"

#include "base/error.hpp"

#include <cstring>

namespace easel::inference {

namespace {

// One cell of the double array, as Darts-clone packs it.
struct Cell {
    std::uint32_t bits;
    bool has_value() const { return ((bits >> 8) & 1U) != 0; }
    std::uint32_t value() const { return bits & 0x7FFFFFFFU; }
    std::uint32_t label() const { return bits & 0x800000FFU; }
    std::uint32_t offset() const { return (bits >> 10) << ((bits & 0x200U) >> 6); }
};

}  // namespace

CharacterMap::CharacterMap(std::string_view blob) {
    if (blob.empty()) return;
    std::uint32_t bytes = 0;
    if (blob.size() >= sizeof bytes) std::memcpy(&bytes, blob.data(), sizeof bytes);
    if (bytes == 0 || bytes % sizeof(std::uint32_t) != 0 || sizeof bytes + bytes > blob.size())
        throw ModelError("the tokenizer's character map is damaged");
    trie_.resize(bytes / sizeof(std::uint32_t));
    std::memcpy(trie_.data(), blob.data() + sizeof bytes, bytes);
    texts_ = blob.substr(sizeof bytes + bytes);
    texts_.push_back('\0');
}

std::string_view CharacterMap::text_at(std::uint32_t offset) const {
    return offset < texts_.size() ? std::string_view(texts_.data() + offset) : std::string_view();
}

// Calls visit(length, value) for every beginning of `text` that is in the trie, the shortest first, until it says no.
template <class Visit>
void CharacterMap::match(std::string_view text, const Visit& visit) const {
    if (trie_.empty()) return;
    std::size_t at = Cell{trie_[0]}.offset();
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        at ^= byte;
        if (at >= trie_.size() || Cell{trie_[at]}.label() != byte) return;
        const Cell cell{trie_[at]};
        at ^= cell.offset();
        if (cell.has_value() && at < trie_.size() && !visit(i + 1, Cell{trie_[at]}.value())) return;
    }
}

std::optional<CharacterMap::Replacement> CharacterMap::longest(std::string_view text) const {
    std::optional<Replacement> found;
    match(text, [&](std::size_t length, std::uint32_t value) {
        found = Replacement{length, text_at(value)};
        return true;
    });
    return found;
}

std::optional<CharacterMap::Replacement> CharacterMap::shortest(std::string_view text) const {
    std::optional<Replacement> found;
    match(text, [&](std::size_t length, std::uint32_t value) {
        found = Replacement{length, text_at(value)};
        return false;
    });
    return found;
}

}  // namespace easel::inference
