// Lumina 2: the last layer but one of Gemma 2 2B, or of Gemma 3 4B, with the tokenizer that the file brings along.
// (LuminaModel)
#include "inference/text/language_text.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/tokenizers/sentencepiece.hpp"

namespace easel::inference {
namespace {

struct GemmaTokenizer {
    std::shared_ptr<const SentencePiece> pieces;
    std::vector<std::pair<std::string, int>> specials;  // in the text they are these tokens

    std::vector<int> operator()(std::string_view text) const {
        std::vector<int> tokens;
        const auto append = [&](std::string_view plain) {
            const auto encoded = pieces->encode(plain);
            tokens.insert(tokens.end(), encoded.begin(), encoded.end());
        };
        bool has_special = false;
        while (!text.empty()) {
            std::size_t nearest = std::string_view::npos;
            std::pair<std::string_view, int> found;
            for (const auto& [name, id] : specials)
                if (const auto at = text.find(name); at < nearest) nearest = at, found = {name, id};
            if (nearest != 0) append(text.substr(0, nearest));
            if (nearest == std::string_view::npos) break;
            tokens.push_back(found.second);
            has_special = true;
            text.remove_prefix(nearest + found.first.size());
        }
        if (has_special && !tokens.empty())
            tokens.erase(tokens.begin());  // as in ComfyUI, which takes it for the start
        return tokens;
    }
};

GemmaTokenizer own_tokenizer(const Weights& w, std::vector<std::pair<std::string, int>> specials) {
    const Tensor bytes = w["spiece_model"].stored().contiguous();
    return {.pieces = std::make_shared<const SentencePiece>(
                std::string_view(static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes())),
            .specials = std::move(specials)};
}

LanguageTextParts gemma_parts(std::string_view name, const GemmaTokenizer& tokenizer) {
    LanguageTextParts parts{
        .reading = {.name = name,
                    .start = tokenizer.pieces->start(),
                    .special = {.start = 2, .end = {}, .pad = 0},
                    .reads_weights = true,
                    .reads_embeddings = false},
        .config = {.head_size = 256, .rope_base = 1e4, .is_gemma = true},
        .chat = {},
        .tokenize = tokenizer,
        .decode = [pieces = tokenizer.pieces](const std::vector<int>& tokens) { return pieces->decode(tokens); },
    };
    parts.reading.wanted.layer = -2;
    return parts;
}

std::shared_ptr<const TextModel> build(const Weights& w, const TextSettings& settings) {
    if (w.has_part("gemma2_2b")) {
        auto parts = gemma_parts("gemma2_2b", own_tokenizer(w / "gemma2_2b", {{"<end_of_turn>", 107}}));
        parts.chat.stops = {1};
        return std::make_shared<LanguageText>(w / "gemma2_2b", std::move(parts), settings);
    }
    const auto tokenizer = own_tokenizer(w / "gemma3_4b", {{"<image_soft_token>", 262144}, {"<end_of_turn>", 106}});
    auto parts = gemma_parts("gemma3_4b", tokenizer);
    parts.reading.reads_weights = false;
    parts.config.rope_base = 1e6;
    parts.config.rope_scale = 8.0;
    parts.config.window = 1024;
    parts.chat.for_writing = "<start_of_turn>system\nYou are a helpful assistant.<end_of_turn>\n<start_of_turn>user\n"
                             "{}<end_of_turn>\n<start_of_turn>model\n";
    parts.chat.complete_beginnings = {"<start_of_turn>"};
    parts.chat.stops = {1, 106};
    return std::make_shared<LanguageText>(w / "gemma3_4b", std::move(parts), settings);
}

}  // namespace

void register_text_lumina2(TextFamilies& families) {
    families.push_back({
        .name = "lumina2",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return kinds.size() == 1 &&
                       ((kinds[0] == "gemma2_2b" && type != "pixeldit") || kinds[0] == "gemma3_4b");
            },
        .build = build,
    });
}

}  // namespace easel::inference
