// The families that read prompts with one T5. They differ in how far prompts are padded and whether padding counts.
#include "inference/text/t5.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/tokenizers/sentencepiece.hpp"
#include "inference/text/tokenizers/t5_tokenizer.hpp"

#include <algorithm>
#include <array>

extern "C" const char easel_t5_pile_tokenizer_begin[], easel_t5_pile_tokenizer_end[];

namespace easel::inference {
namespace {

T5Encoder::Tokenizer tokenizer_of(std::string_view model) {
    const auto pieces = std::make_shared<const SentencePiece>(model);
    return [pieces](std::string_view text) { return pieces->encode(text); };
}

// The tokenizer that a file brings along.
T5Encoder::Tokenizer own_tokenizer(const Weights& w) {
    const Tensor bytes = w["spiece_model"].stored().contiguous();
    return tokenizer_of({static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()});
}

bool is(const std::vector<std::string>& kinds, std::string_view kind) { return kinds.size() == 1 && kinds[0] == kind; }

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
    return std::ranges::find(types, type) != types.end();
}

// Chroma and PixArt: no padding. (PixArtT5XXL)
std::shared_ptr<const TextModel> build_unpadded(const Weights& w, const TextSettings& settings) {
    return make_t5_model(w / "t5xxl", {.min_length = 1, .empty_prompt_has_end = false}, t5_tokens, settings);
}

const TextFamily pixart{
    .name = "pixart",
    .matches = [](std::string_view type,
                  const std::vector<std::string>& kinds) { return is(kinds, "t5xxl") && type == "pixart"; },
    .build = build_unpadded,
};

const TextFamily chroma{
    .name = "chroma",
    .matches = [](std::string_view type,
                  const std::vector<std::string>& kinds) { return is(kinds, "t5xxl") && type == "chroma"; },
    .build = build_unpadded,
};

const TextFamily ltxv{
    .name = "ltxv",
    .matches = [](std::string_view type,
                  const std::vector<std::string>& kinds) { return is(kinds, "t5xxl") && type == "ltxv"; },
    .build =
        [](const Weights& w, const TextSettings& settings) {
            return make_t5_model(w / "t5xxl", {.min_length = 128, .masks_padding = true, .returns_mask = true},
                                 t5_tokens, settings);
        },
};

const TextFamily cogvideox{
    .name = "cogvideox",
    .matches = [](std::string_view type,
                  const std::vector<std::string>& kinds) { return is(kinds, "t5xxl") && type == "cogvideox"; },
    .build =
        [](const Weights& w, const TextSettings& settings) {
            return make_t5_model(w / "t5xxl", {.min_length = 226}, t5_tokens, settings);
        },
};

// UMT5-XXL brings its tokenizer along. (WanT5Model)
const TextFamily wan{
    .name = "wan",
    .matches = [](std::string_view, const std::vector<std::string>& kinds) { return is(kinds, "umt5xxl"); },
    .build =
        [](const Weights& w, const TextSettings& settings) {
            return make_t5_model(w / "umt5xxl",
                                 {.name = "umt5xxl",
                                  .min_length = 512,
                                  .masks_padding = true,
                                  .zeroes_padding = true,
                                  .reads_embeddings = false},
                                 own_tokenizer(w / "umt5xxl"), settings);
        },
};

// What T5-XXL is taken for when no other type asks for it.
const TextFamily mochi{
    .name = "mochi",
    .matches =
        [](std::string_view type, const std::vector<std::string>& kinds) {
            return is(kinds, "t5xxl") && !is_one_of(type, {"pixart", "chroma", "ltxv", "cogvideox", "sd3", "hidream"});
        },
    .build =
        [](const Weights& w, const TextSettings& settings) {
            return make_t5_model(w / "t5xxl", {.masks_padding = true, .returns_mask = true}, t5_tokens, settings);
        },
};

// Cosmos 1: the first T5-XXL. (CosmosT5XXL)
const TextFamily cosmos{
    .name = "cosmos",
    .matches = [](std::string_view, const std::vector<std::string>& kinds) { return is(kinds, "t5xxl_old"); },
    .build =
        [](const Weights& w, const TextSettings& settings) {
            return make_t5_model(
                w / "t5xxl_old",
                {.min_length = 512, .masks_padding = true, .zeroes_padding = true, .returns_mask = true}, t5_tokens,
                settings);
        },
};

// AuraFlow: Pile-T5-XL. (AuraT5Model)
const TextFamily aura_flow{
    .name = "auraflow",
    .matches = [](std::string_view, const std::vector<std::string>& kinds) { return is(kinds, "pile_t5xl"); },
    .build =
        [](const Weights& w, const TextSettings& settings) {
            return make_t5_model(w / "pile_t5xl",
                                 {.name = "pile_t5xl",
                                  .end = 2,
                                  .pad = 1,
                                  .masks_padding = true,
                                  .zeroes_padding = true,
                                  .reads_embeddings = false},
                                 tokenizer_of({easel_t5_pile_tokenizer_begin, easel_t5_pile_tokenizer_end}), settings);
        },
};

// Stable Audio: T5-base. (SAT5Model)
const TextFamily stable_audio{
    .name = "stable_audio",
    .matches = [](std::string_view type,
                  const std::vector<std::string>& kinds) { return is(kinds, "t5base") && type != "ace"; },
    .build =
        [](const Weights& w, const TextSettings& settings) {
            return make_t5_model(w / "t5base",
                                 {.name = "t5base",
                                  .min_length = 128,
                                  .masks_padding = true,
                                  .zeroes_padding = true,
                                  .reads_embeddings = false},
                                 t5_tokens, settings);
        },
};

}  // namespace

void register_text_t5(TextFamilies& families) {
    for (const auto& family : {pixart, chroma, ltxv, cogvideox, wan, mochi, cosmos, aura_flow, stable_audio})
        families.push_back(family);
}

}  // namespace easel::inference
