// ACE-Step: UMT5-base for the tags of a piece of music; of its lyrics only the tokens, which the network reads itself.
// (AceT5Model)
#include "inference/text/t5.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/text_lora_keys.hpp"
#include "inference/text/tokenizers/lyrics_tokenizer.hpp"
#include "inference/text/tokenizers/sentencepiece.hpp"

namespace easel::inference {
namespace {

T5Encoder::Tokenizer own_tokenizer(const Weights& w) {
    const Tensor bytes = w["spiece_model"].stored().contiguous();
    const auto pieces = std::make_shared<const SentencePiece>(
        std::string_view(static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()));
    return [pieces](std::string_view text) { return pieces->encode(text); };
}

class AceText final : public TextModel {
public:
    AceText(const Weights& w, const TextSettings& settings)
        : weights_(w),
          tags_(w, {.name = "umt5base", .min_length = 1, .masks_padding = true, .reads_embeddings = false},
                own_tokenizer(w), settings) {}

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        const auto lyrics = request.by_encoder.find("lyrics");
        Condition condition;
        condition.cross = tags_.encode(tags_.tokenize(request), stop_layer).cross;
        condition.extra["conditioning_lyrics"] =
            lyric_tokens(lyrics == request.by_encoder.end() ? std::string() : lyrics->second);
        return condition;
    }

    LoraKeys lora_keys() const override { return text_lora_keys(Weights(weights_.table())); }

private:
    // [1, tokens]. Parentheses part lyrics as they part prompts, but their weights mean nothing.
    static Tensor lyric_tokens(const std::string& lyrics) {
        const PromptFormat format{.start = lyrics_start,
                                  .end = std::nullopt,
                                  .pad = 2,
                                  .length = endless,
                                  .fills = false,
                                  .min_length = 1,
                                  .tokenize = lyrics_tokens};
        const auto chunks = tokenize_prompt(lyrics, format);
        std::vector<int64_t> ids;
        for (const PromptToken& token : chunks.front())
            ids.push_back(token.id);
        return at::tensor(ids, at::kLong).unsqueeze(0);
    }

    Weights weights_;
    T5Encoder tags_;
};

}  // namespace

void register_text_ace(TextFamilies& families) {
    families.push_back({
        .name = "ace",
        .matches = [](std::string_view,
                      const std::vector<std::string>& kinds) { return kinds.size() == 1 && kinds[0] == "umt5base"; },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<AceText>(w / "umt5base", settings);
        },
    });
}

}  // namespace easel::inference
