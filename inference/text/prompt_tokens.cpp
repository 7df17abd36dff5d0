#include "inference/text/prompt_tokens.hpp"

#include "base/log.hpp"
#include "inference/text/prompt_weights.hpp"
#include "inference/text/tokenizers/unicode.hpp"

namespace easel::inference {

namespace {

constexpr std::string_view embedding_mark = "embedding:";
constexpr std::size_t splittable = 8;  // words of this many tokens may be cut at the end of a chunk

using Word = std::vector<PromptToken>;

bool space_before(std::string_view text, std::size_t at) {
    std::size_t first = at;
    while (first > 0 && (text[first - 1] & 0xC0) == 0x80)
        --first;  // continuation bytes
    if (first > 0) --first;
    const auto codes = decode_utf8(text.substr(first, at - first));
    return !codes.empty() && is_python_space(codes.back());
}

// Cuts before every `embedding:` that begins the text or follows white space.
std::vector<std::string_view> split_at_embeddings(std::string_view text) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    for (auto at = text.find(embedding_mark); at != std::string_view::npos; at = text.find(embedding_mark, at + 1)) {
        if (at == 0 || !space_before(text, at)) continue;
        parts.push_back(text.substr(begin, at - begin));
        begin = at;
    }
    parts.push_back(text.substr(begin));
    std::erase_if(parts, [](std::string_view part) { return part.empty(); });
    return parts;
}

std::vector<std::string> split_at_spaces(std::string_view text) {
    std::vector<std::string> words;
    bool inside = false;
    for (const char32_t code : decode_utf8(text)) {
        const bool space = is_python_space(code);
        if (!space && !inside) words.emplace_back();
        if (!space) append_utf8(words.back(), code);
        inside = !space;
    }
    return words;
}

struct EmbeddingUse {
    std::string name;
    Tensor vectors;        // undefined when there is no such embedding
    std::string leftover;  // ordinary text behind the name
};

// `text` follows the mark: a name, and perhaps more words. `<` and `[` end the name; commas around it are given up
// when there is no file of that very name.
EmbeddingUse read_embedding(std::string_view text, const PromptFormat& format) {
    auto words = split_at_spaces(text);
    if (words.empty()) return {};
    EmbeddingUse use{.name = words.front(), .vectors = {}, .leftover = ""};
    for (std::size_t i = 1; i < words.size(); ++i)
        use.leftover += (i > 1 ? " " : "") + words[i];
    if (const auto bracket = use.name.find_first_of("<["); bracket != std::string::npos) {
        use.leftover = use.name.substr(bracket) + (use.leftover.empty() ? "" : " " + use.leftover);
        use.name.resize(bracket);
    }
    use.vectors = format.embedding(use.name);
    if (use.vectors.defined()) return use;
    const auto first = use.name.find_first_not_of(',');
    const auto last = use.name.find_last_not_of(',');
    const std::string bare = first == std::string::npos ? "" : use.name.substr(first, last + 1 - first);
    if (bare.size() < use.name.size()) {
        use.vectors = format.embedding(bare);
        use.leftover = use.name.substr(bare.size()) + " " + use.leftover;
    }
    return use;
}

Word plain_word(std::string_view text, double weight, const PromptFormat& format) {
    Word word;
    for (const int id : format.tokenize(text))
        word.push_back({.id = id, .vector = {}, .weight = weight});
    return word;
}

std::vector<Word> words_of(std::string_view prompt, const PromptFormat& format) {
    std::vector<Word> words;
    const auto texts = format.reads_weights ? parse_prompt_weights(prompt)
                                            : std::vector<WeightedText>{{.text = without_escapes(prompt)}};
    for (const auto& [text, weight] : texts) {
        for (const std::string_view part : split_at_embeddings(text)) {
            if (!part.starts_with(embedding_mark) || !format.embedding) {
                words.push_back(plain_word(part, weight, format));
                continue;
            }
            const auto use = read_embedding(part.substr(embedding_mark.size()), format);
            if (use.vectors.defined()) {
                Word vectors;
                for (const auto& vector : use.vectors.unbind())
                    vectors.push_back({.vector = vector, .weight = weight});
                words.push_back(std::move(vectors));
            } else {
                logger("inference")->warn("embedding:{} does not exist and is skipped", use.name);
            }
            if (!use.leftover.empty()) words.push_back(plain_word(use.leftover, weight, format));
        }
    }
    return words;
}

}  // namespace

std::vector<PromptChunk> tokenize_prompt(std::string_view prompt, const PromptFormat& format) {
    const PromptToken pad{.id = format.pad, .vector = {}};
    const std::size_t ends = format.end ? 1 : 0;
    std::vector<PromptChunk> chunks;
    const auto begin = [&] {
        chunks.emplace_back();
        if (format.start) chunks.back().push_back({.id = *format.start, .vector = {}});
    };
    const auto fill = [&](std::size_t length) {
        PromptChunk& chunk = chunks.back();
        if (chunk.size() >= length) return;
        chunk.insert(format.pads_left ? chunk.begin() : chunk.end(), length - chunk.size(), pad);
    };
    const auto finish = [&] {
        if (format.end) chunks.back().push_back({.id = *format.end, .vector = {}});
    };
    begin();
    for (const Word& word : words_of(prompt, format)) {
        const bool may_cut = word.size() >= splittable;
        for (std::size_t taken = 0; taken < word.size();) {
            const std::size_t room = format.length - ends - chunks.back().size();
            const std::size_t left = word.size() - taken;
            const std::size_t count = left <= room ? left : may_cut ? room : 0;
            const auto from = word.begin() + static_cast<std::ptrdiff_t>(taken);
            chunks.back().insert(chunks.back().end(), from, from + static_cast<std::ptrdiff_t>(count));
            taken += count;
            if (taken == word.size()) break;
            finish();
            if (format.fills) fill(format.length);
            begin();
        }
    }
    finish();
    fill(chunks.back().size() + format.min_padding);
    if (format.fills) fill(format.length);
    fill(format.min_length);
    return chunks;
}

}  // namespace easel::inference
