#include "inference/text/tokenizers/qwen_bpe.hpp"

#include "inference/text/tokenizers/unicode.hpp"
#include "inference/text/tokenizers/word_split.hpp"

#include <algorithm>
#include <unordered_map>

extern "C" const char easel_qwen_merges_begin[], easel_qwen_merges_end[];

namespace easel::inference {

namespace {

// From end_of_text on, in this order.
constexpr std::string_view specials[] = {
    "<|endoftext|>",  "<|im_start|>",   "<|im_end|>",      "<|object_ref_start|>", "<|object_ref_end|>",
    "<|box_start|>",  "<|box_end|>",    "<|quad_start|>",  "<|quad_end|>",         "<|vision_start|>",
    "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>",   "<|video_pad|>",        "<tool_call>",
    "</tool_call>",   "<|fim_prefix|>", "<|fim_middle|>",  "<|fim_suffix|>",       "<|fim_pad|>",
    "<|repo_name|>",  "<|file_sep|>",   "<tool_response>", "</tool_response>",     "<think>",
    "</think>",
};

}  // namespace

QwenBpe::QwenBpe() {
    std::unordered_map<char32_t, char> byte_of;
    std::unordered_map<std::string, int> ids;
    ids.reserve(1 << 18);
    bytes_.resize(256);
    for (std::size_t byte = 0; byte < 256; ++byte) {
        byte_of[alphabet_.letter[byte]] = static_cast<char>(byte);
        bytes_[static_cast<std::size_t>(alphabet_.token[byte])] = std::string(1, static_cast<char>(byte));
        ids[std::string(1, static_cast<char>(byte))] = alphabet_.token[byte];
    }
    const auto bytes = [&](std::string_view letters) {
        std::string text;
        for (const char32_t letter : decode_utf8(letters))
            text.push_back(byte_of.at(letter));
        return text;
    };
    merges_.reserve(static_cast<std::size_t>(end_of_text));
    const std::string_view list(easel_qwen_merges_begin,
                                static_cast<std::size_t>(easel_qwen_merges_end - easel_qwen_merges_begin));
    read_merges(list, [&](std::string_view left, std::string_view right) {
        const std::string first = bytes(left), second = bytes(right);
        const int merged = static_cast<int>(bytes_.size());
        merges_.add(ids.at(first), ids.at(second), merged);
        bytes_.push_back(first + second);
        ids.emplace(bytes_.back(), merged);
    });
}

const QwenBpe& QwenBpe::instance() {
    static const QwenBpe only;
    return only;
}

std::vector<int> QwenBpe::encode(std::string_view text) const {
    std::vector<int> tokens;
    std::size_t begin = 0;
    for (std::size_t at = text.find('<'); at != std::string_view::npos;) {
        const auto special = std::ranges::find_if(
            specials, [&](std::string_view candidate) { return text.substr(at).starts_with(candidate); });
        if (special == std::end(specials)) {
            at = text.find('<', at + 1);
            continue;
        }
        encode_plain(text.substr(begin, at - begin), tokens);
        tokens.push_back(end_of_text + static_cast<int>(special - std::begin(specials)));
        begin = at + special->size();
        at = text.find('<', begin);
    }
    encode_plain(text.substr(begin), tokens);
    return tokens;
}

void QwenBpe::encode_plain(std::string_view text, std::vector<int>& tokens) const {
    const std::u32string composed = compose(decode_utf8(text));
    const WordSplit words(composed, /*digits=*/1);
    std::string word;
    std::vector<int> pieces;
    for (std::size_t at = 0; at < composed.size();) {
        const std::size_t end = words.end_at(at);
        word.clear();
        for (; at < end; ++at)
            append_utf8(word, composed[at]);
        pieces.clear();
        for (const char byte : word)
            pieces.push_back(alphabet_.token[static_cast<unsigned char>(byte)]);
        merge_pairs(pieces, merges_, tokens);
    }
}

std::string QwenBpe::decode(const std::vector<int>& tokens) const {
    std::string text;
    for (const int token : tokens)
        if (token >= 0 && static_cast<std::size_t>(token) < bytes_.size())
            text += bytes_[static_cast<std::size_t>(token)];
    return text;
}

}  // namespace easel::inference
