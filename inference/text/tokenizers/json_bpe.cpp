#include "inference/text/tokenizers/json_bpe.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "inference/text/tokenizers/unicode.hpp"

#include <algorithm>
#include <functional>

namespace easel::inference {
namespace {

// Turns the letters in which vocabularies write bytes into the bytes.
class ByteLetters {
public:
    ByteLetters() {
        const ByteAlphabet alphabet;
        for (std::size_t byte = 0; byte < 256; ++byte)
            bytes_[alphabet.letter[byte]] = static_cast<char>(byte);
    }
    std::string read(std::string_view letters) const {
        std::string text;
        for (const char32_t letter : decode_utf8(letters)) {
            const auto byte = bytes_.find(letter);
            if (byte == bytes_.end()) throw ModelError("it does not work on bytes");
            text.push_back(byte->second);
        }
        return text;
    }

private:
    std::unordered_map<char32_t, char> bytes_;
};

std::pair<std::string, std::string> merged_sides(const Json& merge) {
    if (merge.is_array()) return {merge.at(0).get<std::string>(), merge.at(1).get<std::string>()};
    const auto& line = merge.get_ref<const std::string&>();
    const auto space = line.find(' ');
    if (space == std::string::npos) throw ModelError("a merge has one side");
    return {line.substr(0, space), line.substr(space + 1)};
}

// The first expression by which the file cuts a text into words; empty when it has none.
std::string splitting_expression(const Json& node) {
    if (!node.is_object()) return "";
    if (node.contains("pattern") && node["pattern"].is_object() && node["pattern"].contains("Regex"))
        return node["pattern"]["Regex"].get<std::string>();
    if (node.contains("pretokenizers"))
        for (const auto& part : node["pretokenizers"])
            if (auto found = splitting_expression(part); !found.empty()) return found;
    return "";
}

}  // namespace

JsonBpe::JsonBpe(std::string_view json) {
    try {
        const Json file = Json::parse(json);
        const Json& model = file.at("model");
        if (model.value("type", "BPE") != "BPE") throw ModelError("it is no byte-pair tokenizer");
        const ByteLetters letters;
        std::unordered_map<std::string, int> ids;
        for (const auto& [token, id] : model.at("vocab").items()) {
            const std::string bytes = letters.read(token);
            ids.emplace(bytes, id.get<int>());
            bytes_.emplace(id.get<int>(), bytes);
        }
        std::unordered_map<std::string, int> places;
        for (int byte = 0; byte < 256; ++byte) {
            const std::string alone(1, static_cast<char>(byte));
            places.emplace(alone, byte);
            ids_.push_back(ids.at(alone));
        }
        const Json& merges = model.at("merges");
        merges_.reserve(merges.size() + 1);
        for (const auto& merge : merges) {
            auto [left, right] = merged_sides(merge);
            left = letters.read(left);
            right = letters.read(right);
            const auto [place, is_new] = places.emplace(left + right, static_cast<int>(ids_.size()));
            if (is_new) ids_.push_back(ids.at(left + right));
            merges_.add(places.at(left), places.at(right), place->second);
        }
        if (model.value("ignore_merges", false)) whole_ = std::move(ids);
        if (file.contains("added_tokens"))
            for (const auto& token : file["added_tokens"])
                added_.emplace_back(token.at("content").get<std::string>(), token.at("id").get<int>());
        std::ranges::stable_sort(added_, std::ranges::greater(), [](const auto& token) { return token.first.size(); });
        const std::string expression = splitting_expression(file.value("pre_tokenizer", Json()));
        digits_ = expression.find("{1,3}") != std::string::npos ? 3 : 1;
        word_case_ = expression.find("\\p{Lu}") != std::string::npos ? WordCase::separates : WordCase::ignored;
    } catch (const std::exception& error) {
        throw ModelError(std::string("the tokenizer.json cannot be read: ") + error.what());
    }
}

std::vector<int> JsonBpe::encode(std::string_view text) const {
    std::vector<int> tokens;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto added = std::ranges::find_if(added_, [&](const auto& candidate) {
            return !candidate.first.empty() && text.substr(at).starts_with(candidate.first);
        });
        if (added == added_.end()) {
            ++at;
            continue;
        }
        encode_plain(text.substr(begin, at - begin), tokens);
        tokens.push_back(added->second);
        begin = at += added->first.size();
    }
    encode_plain(text.substr(begin), tokens);
    return tokens;
}

void JsonBpe::encode_plain(std::string_view text, std::vector<int>& tokens) const {
    const std::u32string codes = decode_utf8(text);
    const WordSplit words(codes, digits_, word_case_);
    std::string word;
    std::vector<int> pieces, merged;
    for (std::size_t at = 0; at < codes.size();) {
        const std::size_t end = words.end_at(at);
        word.clear();
        for (; at < end; ++at)
            append_utf8(word, codes[at]);
        if (const auto known = whole_.find(word); known != whole_.end()) {
            tokens.push_back(known->second);
            continue;
        }
        pieces.clear();
        merged.clear();
        for (const char byte : word)
            pieces.push_back(static_cast<unsigned char>(byte));
        merge_pairs(pieces, merges_, merged);
        for (const int place : merged)
            tokens.push_back(ids_[static_cast<std::size_t>(place)]);
    }
}

std::string JsonBpe::decode(const std::vector<int>& tokens) const {
    std::string text;
    for (const int token : tokens)
        if (const auto found = bytes_.find(token); found != bytes_.end()) text += found->second;
    return text;
}

}  // namespace easel::inference
