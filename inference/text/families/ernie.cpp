// ERNIE-Image: the last layer but one of Ministral 3, which reads the prompt as it is. Its tokenizer comes with the
// file. (ErnieTEModel)
#include "inference/text/language_text.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/tokenizers/tekken.hpp"

namespace easel::inference {

void register_text_ernie(TextFamilies& families) {
    families.push_back({
        .name = "ernie",
        .matches =
            [](std::string_view, const std::vector<std::string>& kinds) {
                return kinds == std::vector<std::string>{"ministral3_3b"};
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            const Weights part = w / "ministral3_3b";
            const Tensor json = part["tekken_model"].stored().contiguous();
            const auto tokenizer = std::make_shared<const Tekken>(
                std::string_view(static_cast<const char*>(json.const_data_ptr()), json.nbytes()));
            LanguageTextParts parts{
                .reading = {.name = "ministral3_3b",
                            .start = 1,
                            .pad = 11,
                            .special = {.start = 1, .end = {}, .pad = 0},
                            .pads_left = true},
                .config = {.eps = 1e-5, .rope_base = 1e6},
                .chat = {.stops = {2}},
                .tokenize = [tokenizer](std::string_view text) { return tokenizer->encode(text); },
                .decode = [tokenizer](const std::vector<int>& tokens) { return tokenizer->decode(tokens); },
            };
            parts.reading.wanted.layer = -2;
            return std::make_shared<LanguageText>(part, std::move(parts), settings);
        },
    });
}

}  // namespace easel::inference
