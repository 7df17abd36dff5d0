// FLUX.2: the inputs of three layers of a language model beside each other. Klein reads Qwen 3, without letting it
// think. (Flux2TEModel, KleinTokenizer)
#include "inference/text/families/qwen3.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/tokenizers/tekken.hpp"

namespace easel::inference {
namespace {

constexpr std::string_view no_thinking =
    "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n";

std::shared_ptr<const TextModel> build_klein(const Weights& w, std::string_view kind, const TextSettings& settings) {
    auto parts = qwen_parts(kind, no_thinking);
    parts.reading.min_length = 512;
    parts.reading.wanted.taps = {9, 18, 27};
    parts.joined = join_taps;
    return std::make_shared<LanguageText>(w / kind, std::move(parts), settings);
}

// FLUX.2 dev reads Mistral Small, whose later layers some files leave out, norm and all. (Mistral3_24BModel)
constexpr std::string_view describing =
    "[SYSTEM_PROMPT]You are an AI that reasons about image descriptions. You give structured responses focusing on "
    "object "
    "relationships, object\nattribution and actions without speculation.[/SYSTEM_PROMPT][INST]{}[/INST]";

std::shared_ptr<const TextModel> build_dev(const Weights& w, const TextSettings& settings) {
    const Tensor json = w["tekken_model"].stored().contiguous();
    const auto tokenizer = std::make_shared<const Tekken>(
        std::string_view(static_cast<const char*>(json.const_data_ptr()), json.nbytes()));
    LanguageTextParts parts{
        .reading = {.name = "mistral3_24b",
                    .start = 1,
                    .pad = 11,
                    .special = {.start = 1, .end = {}, .pad = 0},
                    .pads_left = true},
        .config = {.eps = 1e-5, .rope_base = 1e9, .has_final_norm = w.contains("model.norm.weight")},
        .chat = {.usual = describing},
        .tokenize = [tokenizer](std::string_view text) { return tokenizer->encode(text); },
        .decode = {},
        .joined = join_taps,
    };
    parts.reading.wanted.taps = {10, 20, 30};
    return std::make_shared<LanguageText>(w, std::move(parts), settings);
}

}  // namespace

void register_text_flux2(TextFamilies& families) {
    families.push_back({
        .name = "flux2",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                if (kinds.size() != 1) return false;
                return (kinds[0] == "qwen3_4b" && (type == "flux" || type == "flux2")) ||
                       (kinds[0] == "qwen3_8b" && type != "ideogram4") || kinds[0] == "mistral3_24b";
            },
        .build =
            [](const Weights& w, const TextSettings& settings) {
                if (w.has_part("mistral3_24b")) return build_dev(w / "mistral3_24b", settings);
                return build_klein(w, w.has_part("qwen3_8b") ? "qwen3_8b" : "qwen3_4b", settings);
            },
    });
}

}  // namespace easel::inference
