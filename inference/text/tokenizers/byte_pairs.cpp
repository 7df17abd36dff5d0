#include "inference/text/tokenizers/byte_pairs.hpp"

#include <algorithm>
#include <queue>
#include <utility>

namespace easel::inference {

namespace {

constexpr std::uint64_t no_pair = ~std::uint64_t{0};

std::uint64_t pack(int left, int right) {
    return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint32_t>(right);
}

bool is_printable(int byte) {
    return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

}  // namespace

ByteAlphabet::ByteAlphabet() {
    int next = 0;
    char32_t other = 0x100;
    for (const bool printable : {true, false})
        for (int byte = 0; byte < 256; ++byte)
            if (is_printable(byte) == printable) {
                token[static_cast<std::size_t>(byte)] = next++;
                letter[static_cast<std::size_t>(byte)] = printable ? static_cast<char32_t>(byte) : other++;
            }
}

void MergeTable::reserve(std::size_t count) {
    std::size_t size = 1;
    while (size < 2 * count)
        size *= 2;
    pairs_.assign(size, no_pair);
    merged_.assign(size, -1);
    mask_ = size - 1;
}

std::size_t MergeTable::slot(std::uint64_t pair) const {
    std::size_t at = (pair * 0x9E3779B97F4A7C15u >> 32) & mask_;
    while (pairs_[at] != pair && pairs_[at] != no_pair)
        at = (at + 1) & mask_;
    return at;
}

void MergeTable::add(int left, int right, int merged) {
    const auto at = slot(pack(left, right));
    pairs_[at] = pack(left, right);
    merged_[at] = merged;
}

int MergeTable::find(int left, int right) const { return merged_[slot(pack(left, right))]; }

void read_merges(std::string_view list, const std::function<void(std::string_view, std::string_view)>& read) {
    if (list.starts_with("#version")) list.remove_prefix(std::min(list.find('\n'), list.size() - 1) + 1);
    while (!list.empty()) {
        const auto line = list.substr(0, list.find('\n'));
        list.remove_prefix(std::min(line.size() + 1, list.size()));
        if (const auto space = line.find(' '); space != std::string_view::npos)
            read(line.substr(0, space), line.substr(space + 1));
    }
}

// A queue of candidate pairs over a linked list keeps a word of any length cheap.
void merge_pairs(const std::vector<int>& start, const MergeTable& merges, std::vector<int>& tokens) {
    struct Piece {
        int token, previous, next;
    };
    const int count = static_cast<int>(start.size());
    std::vector<Piece> pieces;
    pieces.reserve(start.size());
    for (int i = 0; i < count; ++i)
        pieces.push_back({start[static_cast<std::size_t>(i)], i - 1, i + 1});
    if (pieces.empty()) return;
    pieces.back().next = -1;

    struct Candidate {
        int merged, left, left_token, right_token;
        bool operator>(const Candidate& other) const {
            return std::pair(merged, left) > std::pair(other.merged, other.left);
        }
    };
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
    const auto consider = [&](int left) {
        if (left < 0 || pieces[left].next < 0) return;
        const int left_token = pieces[left].token, right_token = pieces[pieces[left].next].token;
        if (const int merged = merges.find(left_token, right_token); merged >= 0)
            queue.push({merged, left, left_token, right_token});
    };
    for (int i = 0; i < count; ++i)
        consider(i);
    while (!queue.empty()) {
        const Candidate best = queue.top();
        queue.pop();
        Piece& left = pieces[best.left];
        if (left.token != best.left_token || left.next < 0 || pieces[left.next].token != best.right_token) continue;
        Piece& right = pieces[left.next];
        left.token = best.merged;
        left.next = right.next;
        right.token = -1;  // candidates that begin here are stale
        if (left.next >= 0) pieces[left.next].previous = best.left;
        consider(left.previous);
        consider(best.left);
    }
    for (int i = 0; i >= 0; i = pieces[i].next)
        tokens.push_back(pieces[i].token);
}

}  // namespace easel::inference
