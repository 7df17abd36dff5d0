// Lumina 2: the last layer but one of Gemma 2 2B, or of Gemma 3 4B, with the tokenizer that the file brings along.
// (LuminaModel)
#include "inference/text/families/gemma.hpp"
#include "inference/text/text_family.hpp"

namespace easel::inference {
namespace {

std::shared_ptr<const TextModel> build(const Weights& w, const TextSettings& settings) {
    if (w.has_part("gemma2_2b")) {
        auto parts = gemma_parts("gemma2_2b", gemma_tokenizer(w / "gemma2_2b", {{"<end_of_turn>", 107}}));
        parts.chat.stops = {1};
        return std::make_shared<LanguageText>(w / "gemma2_2b", std::move(parts), settings);
    }
    return std::make_shared<LanguageText>(w / "gemma3_4b", gemma3_parts(w / "gemma3_4b"), settings);
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
