// HiDream I1: T5-XXL's states, the pooled outputs of both CLIPs, and the layers of Llama 3.1. Any of them may be
// absent, and Llama always is: its vocabulary may not be shipped. (HiDreamTEModel)
#include "inference/text/clip_pair.hpp"
#include "inference/text/t5.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/text_lora_keys.hpp"
#include "inference/text/text_widths.hpp"
#include "inference/text/tokenizers/t5_tokenizer.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

constexpr int64_t tokens = 128;  // of T5
constexpr int64_t llama_layers = 32;

class HiDreamText final : public TextModel {
public:
    HiDreamText(const Weights& w, const TextSettings& settings) : weights_(w), widths_(text_widths(w)) {
        if (w.has_part("clip_l")) l_.emplace(w / "clip_l", ClipReading{.name = "clip_l"}, settings);
        if (w.has_part("clip_g")) g_.emplace(w / "clip_g", clip_g_reading, settings);
        if (w.has_part("t5xxl"))
            t5_.emplace(
                w / "t5xxl",
                T5Reading{.min_length = tokens, .max_length = tokens, .masks_padding = true, .returns_mask = true},
                t5_tokens, settings);
    }

    // `extra` has `conditioning_llama3`, [1, layers, tokens, width].
    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        const Tensor pooled_l =
            l_ ? l_->encode(request.prompt_for("clip_l"), stop_layer).pooled : at::zeros({1, widths_.l});
        const Tensor pooled_g =
            g_ ? g_->encode(request.prompt_for("clip_g"), stop_layer).pooled : at::zeros({1, widths_.g});
        Condition condition;
        condition.pooled = at::cat({pooled_l, pooled_g}, -1);
        condition.cross = at::zeros({1, tokens, widths_.t5});
        if (t5_) condition.cross = t5_->encode({t5_->tokenize(request).front()}, stop_layer).cross;
        condition.extra["conditioning_llama3"] = at::zeros({1, llama_layers, 1, widths_.llama()});
        return condition;
    }

    LoraKeys lora_keys() const override { return text_lora_keys(weights_); }

private:
    Weights weights_;
    TextWidths widths_;
    std::optional<ClipEncoder> l_, g_;
    std::optional<T5Encoder> t5_;
};

bool is_part(const std::string& kind) { return kind == "clip_l" || kind == "clip_g" || kind == "t5xxl"; }

}  // namespace

void register_text_hidream(TextFamilies& families) {
    families.push_back({
        .name = "hidream",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "hidream" && std::ranges::all_of(kinds, is_part);
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<HiDreamText>(w, settings);
        },
    });
}

}  // namespace easel::inference
