#include "inference/text/tokenizers/tekken.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "inference/text/tokenizers/unicode.hpp"
#include "inference/text/tokenizers/word_split.hpp"

#include <algorithm>
#include <functional>
#include <tuple>
#include <unordered_map>

namespace easel::inference {

namespace {

constexpr std::size_t digits = 3;  // that make one piece at most

using Vocabulary = std::unordered_map<std::string, int>;

Vocabulary vocabulary_of(const Json& file) {
    const int specials = file.at("config").at("default_num_special_tokens").get<int>();
    const int count = file.at("config").at("default_vocab_size").get<int>() - specials;
    Vocabulary ids;
    for (const auto& token : file.at("vocab"))
        if (const int rank = token.at("rank").get<int>(); rank < count)
            ids[decode_base64(token.at("token_bytes").get_ref<const std::string&>())] = rank + specials;
    return ids;
}

std::vector<std::pair<std::string, int>> specials_of(const Json& file) {
    std::vector<std::pair<std::string, int>> names;
    for (const auto& token : file.at("special_tokens")) {
        const bool in_bytes = token.contains("token_bytes");
        const auto& name = token.at(in_bytes ? "token_bytes" : "token_str").get_ref<const std::string&>();
        names.emplace_back(in_bytes ? decode_base64(name) : name, token.at("rank").get<int>());
    }
    std::ranges::stable_sort(names, std::ranges::greater(), [](const auto& name) { return name.first.size(); });
    return names;
}

std::vector<std::tuple<int, int, int>> merges_of(const Vocabulary& ids) {
    std::vector<std::tuple<int, int, int>> merges;
    for (const auto& [bytes, id] : ids)
        for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
            const auto left = ids.find(bytes.substr(0, cut)), right = ids.find(bytes.substr(cut));
            if (left != ids.end() && right != ids.end()) merges.emplace_back(left->second, right->second, id);
        }
    return merges;
}

}  // namespace

Tekken::Tekken(std::string_view json) {
    try {
        const Json file = Json::parse(json);
        const Vocabulary ids = vocabulary_of(file);
        for (std::size_t byte = 0; byte < byte_token_.size(); ++byte)
            byte_token_[byte] = ids.at(std::string(1, static_cast<char>(byte)));
        for (const auto& [bytes, id] : ids)
            bytes_.emplace(id, bytes);
        const auto merges = merges_of(ids);
        merges_.reserve(merges.size());
        for (const auto& [left, right, merged] : merges)
            merges_.add(left, right, merged);
        specials_ = specials_of(file);
    } catch (const std::exception& error) {
        throw ModelError(std::string("the tokenizer is no tekken.json of Mistral's: ") + error.what());
    }
}

std::vector<int> Tekken::encode(std::string_view text) const {
    std::vector<int> tokens;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto special = std::ranges::find_if(specials_, [&](const auto& candidate) {
            return !candidate.first.empty() && text.substr(at).starts_with(candidate.first);
        });
        if (special == specials_.end()) {
            ++at;
            continue;
        }
        encode_plain(text.substr(begin, at - begin), tokens);
        tokens.push_back(special->second);
        begin = at += special->first.size();
    }
    encode_plain(text.substr(begin), tokens);
    return tokens;
}

void Tekken::encode_plain(std::string_view text, std::vector<int>& tokens) const {
    const std::u32string codes = decode_utf8(text);
    const WordSplit words(codes, digits);
    std::string word;
    std::vector<int> pieces;
    for (std::size_t at = 0; at < codes.size();) {
        const std::size_t end = words.end_at(at);
        word.clear();
        for (; at < end; ++at)
            append_utf8(word, codes[at]);
        pieces.clear();
        for (const char byte : word)
            pieces.push_back(byte_token_[static_cast<unsigned char>(byte)]);
        merge_pairs(pieces, merges_, tokens);
    }
}

std::string Tekken::decode(const std::vector<int>& tokens) const {
    std::string text;
    for (const int token : tokens)
        if (const auto found = bytes_.find(token); found != bytes_.end()) text += found->second;
    return text;
}

}  // namespace easel::inference
