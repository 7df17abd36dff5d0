// Lens: the outputs of four layers of GPT-OSS side by side, for a conversation whose beginning is cut off. An empty
// prompt says nothing at all. (LensTokenizer, LensGptOssClipModel)
#include "inference/text/gpt_oss.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/tokenizers/json_bpe.hpp"

#include <string>

namespace easel::inference {
namespace {

// In the format that the model was trained on; the reference fixes the date.
constexpr std::string_view before_prompt =
    "<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\nKnowledge cutoff: "
    "2024-06\nCurrent date: 2026-05-23\n\nReasoning: medium\n\n# Valid channels: analysis, commentary, final. Channel "
    "must "
    "be included for every message.<|end|><|start|>developer<|message|># Instructions\n\nDescribe the image by "
    "detailing "
    "the color, shape, size, texture, quantity, text, spatial relationships of the objects and "
    "background.\n\n<|end|><|start|>user<|message|>";
constexpr std::string_view behind_prompt =
    "<|end|><|start|>assistant<|channel|>analysis<|message|>Need to generate one image according to the "
    "description.<|end|><|start|>assistant<|channel|>final<|message|>";
constexpr std::size_t most_tokens = 512;
constexpr int64_t cut_off = 97;  // tokens, most of what stands before the prompt
const std::vector<int64_t> read_layers{5, 11, 17, 23};

JsonBpe lens_tokenizer(const Weights& w) {
    if (!w.contains("tokenizer_json"))
        throw ModelError(w.origin() +
                         " has no tokenizer_json (it needs the file whose encoder brings its tokenizer along, "
                         "such as gpt_oss_20b_nvfp4.safetensors)");
    const Tensor json = w["tokenizer_json"].stored().contiguous();
    return JsonBpe(std::string_view(static_cast<const char*>(json.const_data_ptr()), json.nbytes()));
}

class LensText final : public TextModel {
public:
    explicit LensText(const Weights& w) : tokenizer_(lens_tokenizer(w)), model_(w) {}

    Condition encode(const TextRequest& request, std::optional<int>) const override {
        const std::string& prompt = request.prompt_for("gpt_oss");
        Tensor states = at::zeros({1, 0, static_cast<int64_t>(read_layers.size()) * model_.dim()});
        if (prompt.find_first_not_of(" \t\n\r\f\v") != std::string::npos) {
            std::vector<int> tokens =
                tokenizer_.encode(std::string(before_prompt) + prompt + std::string(behind_prompt));
            tokens.resize(std::min(tokens.size(), most_tokens));
            states = at::cat(model_.states(tokens, read_layers), -1);
            states = states.slice(1, std::min(cut_off, states.size(1))).contiguous();
        }
        Condition condition;
        condition.attention_mask = at::ones({1, states.size(1)}, at::kLong);
        condition.cross = std::move(states);
        return condition;
    }

    LoraKeys lora_keys() const override { return {}; }

private:
    JsonBpe tokenizer_;
    GptOss model_;
};

}  // namespace

void register_text_lens(TextFamilies& families) {
    families.push_back({
        .name = "lens",
        .matches = [](std::string_view,
                      const std::vector<std::string>& kinds) { return kinds == std::vector<std::string>{"gpt_oss"}; },
        .build = [](const Weights& w, const TextSettings&) -> std::shared_ptr<const TextModel> {
            return std::make_shared<LensText>(w / "gpt_oss");
        },
    });
}

}  // namespace easel::inference
