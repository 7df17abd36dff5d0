// Stable Audio 3: T5Gemma's encoder, with the tokenizer that the file brings along. (SAT5GemmaModel)
#include "inference/text/prompt_embedding.hpp"
#include "inference/text/t5_gemma.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/text_lora_keys.hpp"
#include "inference/text/textual_inversion.hpp"
#include "inference/text/tokenizers/sentencepiece.hpp"

#include <algorithm>
#include <cstdlib>

namespace easel::inference {
namespace {

class T5GemmaText final : public TextModel {
public:
    T5GemmaText(const Weights& w, const TextSettings& settings) : weights_(w), network_(w / "model" / "encoder") {
        const Tensor bytes = w["spiece_model"].stored().contiguous();
        const auto pieces = std::make_shared<const SentencePiece>(
            std::string_view(static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()));
        format_.start.reset();
        format_.end.reset();
        format_.pad = 0;
        format_.length = endless;
        format_.fills = false;
        format_.tokenize = [pieces](std::string_view text) { return pieces->encode(text); };
        if (settings.embedding_folders)
            format_.embedding = [folders = settings.embedding_folders](std::string_view wanted) {
                return find_embedding(wanted, "t5gemma", folders()).value_or(Tensor());
            };
    }

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        PromptFormat format = format_;
        format.min_length = static_cast<std::size_t>(request.setting("min_length", 1));
        auto chunks = tokenize_prompt(request.prompt_for("t5gemma"), format);
        const SpecialTokens special{.start = {}, .end = {}, .pad = 0};
        auto batch = chunks;
        const bool weighted = has_weights(chunks);
        if (weighted) batch.push_back(empty_prompt(special, chunks.front().size()));
        if (stop_layer && std::abs(*stop_layer) > network_.layer_count()) stop_layer.reset();
        const EmbeddedPrompt prompt = embed_prompt(
            batch, [&](const Tensor& ids) { return network_.embed(ids); }, network_.dim(), special);
        const Tensor states = network_(prompt.embeddings, prompt.mask, stop_layer);
        const Tensor kept = states * prompt.mask.unsqueeze(-1).to(states.device(), states.scalar_type());
        const auto count = std::ssize(chunks);
        Condition condition;
        condition.cross = weigh_prompt(kept.narrow(0, 0, count), weighted ? kept[count] : Tensor(), chunks);
        return condition;
    }

    LoraKeys lora_keys() const override { return text_lora_keys(Weights(weights_.table())); }

private:
    Weights weights_;
    T5Gemma network_;
    PromptFormat format_;
};

}  // namespace

void register_text_stable_audio3(TextFamilies& families) {
    families.push_back({
        .name = "stable_audio3",
        .matches = [](std::string_view,
                      const std::vector<std::string>& kinds) { return kinds == std::vector<std::string>{"t5gemma"}; },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<T5GemmaText>(w / "t5gemma", settings);
        },
    });
}

}  // namespace easel::inference
