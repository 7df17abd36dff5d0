// Flux: T5-XXL for the words, CLIP-L's pooled output beside it. (FluxClipModel)
#include "inference/text/clip.hpp"
#include "inference/text/t5.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/text_lora_keys.hpp"
#include "inference/text/tokenizers/t5_tokenizer.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

class FluxText final : public TextModel {
public:
    FluxText(const Weights& w, const TextSettings& settings)
        : weights_(w), l_(w / "clip_l", {.name = "clip_l", .project_pooled = false}, settings),
          t5_(w / "t5xxl", {}, t5_tokens, settings) {}

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        Condition condition;
        condition.cross = t5_.encode(t5_.tokenize(request), stop_layer).cross;
        condition.pooled = l_.encode(request.prompt_for("clip_l"), stop_layer).pooled;
        return condition;
    }

    LoraKeys lora_keys() const override { return text_lora_keys(weights_); }

private:
    Weights weights_;
    ClipEncoder l_;
    T5Encoder t5_;
};

}  // namespace

void register_text_flux(TextFamilies& families) {
    families.push_back({
        .name = "flux",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "flux" && kinds.size() == 2 && std::ranges::count(kinds, "clip_l") == 1 &&
                       std::ranges::count(kinds, "t5xxl") == 1;
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<FluxText>(w, settings);
        },
    });
}

}  // namespace easel::inference
