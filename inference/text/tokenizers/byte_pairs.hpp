// Byte-pair encoding over bytes (Sennrich et al. 2016, as in GPT-2): what CLIP's and Qwen's tokenizers share. Merge
// lists are texts of one merge a line; the id of a merged token grows from line to line, so it is the priority too.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace easel::inference {

// The letters in which merge lists write bytes, and the token of each byte: printable bytes come first and stand for
// themselves, the others are written as the code points from U+0100 on.
struct ByteAlphabet {
    std::array<int, 256> token{};
    std::array<char32_t, 256> letter{};
    ByteAlphabet();
};

// What two neighbouring tokens become.
class MergeTable {
public:
    void reserve(std::size_t count);
    void add(int left, int right, int merged);
    int find(int left, int right) const;  // -1 when they do not merge

private:
    std::size_t slot(std::uint64_t pair) const;
    std::vector<std::uint64_t> pairs_;
    std::vector<int> merged_;
    std::size_t mask_ = 0;
};

// Calls read(left, right) for every merge of a list, in its order. The first line may say a version.
void read_merges(std::string_view list, const std::function<void(std::string_view, std::string_view)>& read);

// Merges the pair with the lowest id, leftmost first, until none is left, and appends the result.
void merge_pairs(const std::vector<int>& pieces, const MergeTable& merges, std::vector<int>& tokens);

}  // namespace easel::inference
