// SDXL: the last layers but one of CLIP-L and OpenCLIP-G beside each other, pooled by the latter. (SDXLClipModel)
#include "inference/text/clip_pair.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/text_lora_keys.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

class SdxlText final : public TextModel {
public:
    SdxlText(const Weights& w, const TextSettings& settings)
        : weights_(w), l_(w / "clip_l", {.name = "clip_l", .layer = -2, .normalise_hidden = false}, settings),
          g_(w / "clip_g", clip_g_reading, settings) {}

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        auto l = l_.tokenize(request.prompt_for("clip_l"));
        auto g = g_.tokenize(request.prompt_for("clip_g"));
        if (names_both_clips(request)) even_out(l_.format(), l, g_.format(), g);
        const auto encoded_g = g_.encode(g, stop_layer);
        Condition condition;
        condition.cross = beside(l_.encode(l, stop_layer).cross, encoded_g.cross);
        condition.pooled = encoded_g.pooled;
        return condition;
    }

    LoraKeys lora_keys() const override { return text_lora_keys(weights_); }

private:
    Weights weights_;
    ClipEncoder l_, g_;
};

}  // namespace

void register_text_sdxl(TextFamilies& families) {
    families.push_back({
        .name = "sdxl",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "sdxl" && kinds.size() == 2 && std::ranges::count(kinds, "clip_l") == 1 &&
                       std::ranges::count(kinds, "clip_g") == 1;
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<SdxlText>(w, settings);
        },
    });
}

}  // namespace easel::inference
