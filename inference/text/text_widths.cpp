#include "inference/text/text_widths.hpp"

#include <array>

namespace easel::inference {

TextWidths text_widths(const Weights& w) {
    constexpr TextWidths published, small{.l = 64, .g = 64, .t5 = 160, .small = true};
    struct Part {
        const char* embedding;
        int64_t TextWidths::* width;
    };
    constexpr std::array parts{
        Part{"clip_l.text_model.embeddings.token_embedding.weight", &TextWidths::l},
        Part{"clip_g.text_model.embeddings.token_embedding.weight", &TextWidths::g},
        Part{"t5xxl.shared.weight", &TextWidths::t5},
    };
    TextWidths widths = published;
    for (const auto& [embedding, width] : parts)
        if (const Weight first = w.maybe(embedding)) {
            if (first.size(1) != published.*width) widths = small;
            break;
        }
    for (const auto& [embedding, width] : parts)
        if (const Weight present = w.maybe(embedding)) widths.*width = present.size(1);
    return widths;
}

}  // namespace easel::inference
