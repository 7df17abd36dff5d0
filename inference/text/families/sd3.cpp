// Stable Diffusion 3: CLIP-L and OpenCLIP-G beside each other, widened to T5-XXL's width and followed by its output.
// Any of the three may be absent. (SD3ClipModel)
#include "inference/text/clip_pair.hpp"
#include "inference/text/t5.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/text_lora_keys.hpp"
#include "inference/text/text_widths.hpp"
#include "inference/text/tokenizers/t5_tokenizer.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

constexpr ClipReading clip_l_reading{.name = "clip_l", .layer = -2, .normalise_hidden = false, .project_pooled = false};

class Sd3Text final : public TextModel {
public:
    Sd3Text(const Weights& w, const TextSettings& settings)
        : weights_(w), widths_(text_widths(w)), l_format_(clip_format(clip_l_reading, settings)),
          g_format_(clip_format(clip_g_reading, settings)) {
        if (w.has_part("clip_l")) l_.emplace(w / "clip_l", clip_l_reading, settings);
        if (w.has_part("clip_g")) g_.emplace(w / "clip_g", clip_g_reading, settings);
        if (w.has_part("t5xxl")) t5_.emplace(w / "t5xxl", T5Reading{.min_length = 77}, t5_tokens, settings);
    }

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        const bool skips = request.setting("skips_empty_prompts", 0.0) != 0.0;
        Condition condition = clips(request, skips, stop_layer);
        if (t5_) {
            const bool skipped = skips && request.prompt_for("t5xxl").empty();
            const auto t5 = t5_->encode(skipped ? std::vector<PromptChunk>() : t5_->tokenize(request), stop_layer);
            condition.cross = condition.cross.defined() ? at::cat({condition.cross, t5.cross}, 1) : t5.cross;
        }
        if (!condition.cross.defined()) condition.cross = at::zeros({1, 77, widths_.t5});
        return condition;
    }

    LoraKeys lora_keys() const override { return text_lora_keys(weights_); }

private:
    // What the CLIPs make of it. Nothing in `cross` when both prompts are skipped or both encoders absent.
    Condition clips(const TextRequest& request, bool skips, std::optional<int> stop_layer) const {
        const auto chunks_of = [&](const PromptFormat& format, const char* name) {
            const std::string& prompt = request.prompt_for(name);
            return skips && prompt.empty() ? std::vector<PromptChunk>() : tokenize_prompt(prompt, format);
        };
        auto l = chunks_of(l_format_, "clip_l"), g = chunks_of(g_format_, "clip_g");
        if (names_both_clips(request)) even_out(l_format_, l, g_format_, g);
        Condition condition;
        Tensor pooled_l = at::zeros({1, widths_.l}), pooled_g = at::zeros({1, widths_.g});
        if (l_ && !l.empty()) {
            const auto encoded = l_->encode(l, stop_layer);
            condition.cross = encoded.cross;
            pooled_l = encoded.pooled;
        }
        if (g_ && !g.empty()) {
            const auto encoded = g_->encode(g, stop_layer);
            condition.cross =
                l_ ? beside(condition.cross, encoded.cross) : at::constant_pad_nd(encoded.cross, {widths_.l, 0});
            pooled_g = encoded.pooled;
        }
        if (condition.cross.defined())
            condition.cross = at::constant_pad_nd(condition.cross, {0, widths_.t5 - condition.cross.size(-1)});
        condition.pooled = at::cat({pooled_l, pooled_g}, -1);
        return condition;
    }

    Weights weights_;
    TextWidths widths_;
    PromptFormat l_format_, g_format_;  // prompts are cut for absent encoders too: the others are made as long
    std::optional<ClipEncoder> l_, g_;
    std::optional<T5Encoder> t5_;
};

bool is_part(const std::string& kind) { return kind == "clip_l" || kind == "clip_g" || kind == "t5xxl"; }

}  // namespace

void register_text_sd3(TextFamilies& families) {
    families.push_back({
        .name = "sd3",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "sd3" && kinds.size() <= 3 && std::ranges::all_of(kinds, is_part);
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<Sd3Text>(w, settings);
        },
    });
}

}  // namespace easel::inference
