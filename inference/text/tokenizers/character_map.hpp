// The table by which sentencepiece and T5 replace characters before they look for tokens (NFKC and a little more): a
// double-array trie (Darts) of byte strings, and what each becomes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

class CharacterMap {
public:
    // `blob` as in a model's `precompiled_charsmap`; an empty one replaces nothing. Throws ModelError when it is
    // damaged.
    explicit CharacterMap(std::string_view blob);

    struct Replacement {
        std::size_t length;  // bytes of the text that are replaced
        std::string_view by;
    };
    // The longest, or the shortest, beginning of `text` that the table has.
    std::optional<Replacement> longest(std::string_view text) const;
    std::optional<Replacement> shortest(std::string_view text) const;

private:
    template <class Visit>
    void match(std::string_view text, const Visit& visit) const;
    std::string_view text_at(std::uint32_t offset) const;

    std::vector<std::uint32_t> trie_;
    std::string texts_;  // each ends in a zero byte
};

}  // namespace easel::inference
