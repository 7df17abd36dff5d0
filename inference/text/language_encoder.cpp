#include "inference/text/language_encoder.hpp"

#include "inference/text/textual_inversion.hpp"

#include <cstdlib>

namespace easel::inference {

std::string fill_template(std::string_view chat_template, std::string_view text) {
    const auto place = chat_template.find("{}");
    if (place == std::string_view::npos) return std::string(chat_template);
    return std::string(chat_template.substr(0, place)) + std::string(text) +
           std::string(chat_template.substr(place + 2));
}

Tensor picture_rows(const EmbeddedPrompt& prompt) {
    Tensor rows = at::zeros({prompt.embeddings.size(1)}, at::kBool);
    for (const EmbeddedPrompt::Span& span : prompt.spans)
        rows.narrow(0, span.begin, span.size).fill_(true);
    return rows;
}

LanguageEncoder::LanguageEncoder(const Weights& w, LanguageModelConfig config, LanguageReading reading,
                                 Tokenizer tokenize, const TextSettings& settings)
    : reading_(std::move(reading)), model_(w, std::move(config)) {
    format_.start = reading_.start;
    format_.end.reset();
    format_.pad = reading_.pad;
    format_.length = endless;
    format_.fills = false;
    format_.pads_left = reading_.pads_left;
    format_.reads_weights = reading_.reads_weights;
    format_.tokenize = std::move(tokenize);
    if (settings.embedding_folders && reading_.reads_embeddings)
        format_.embedding = [name = std::string(reading_.name),
                             folders = settings.embedding_folders](std::string_view wanted) {
            return find_embedding(wanted, name, folders()).value_or(Tensor());
        };
}

std::vector<PromptChunk> LanguageEncoder::tokenize(std::string_view text, const TextRequest& request) const {
    PromptFormat format = format_;
    const double own =
        request.setting(std::string(reading_.name) + "_min_length", static_cast<double>(reading_.min_length));
    format.min_length = static_cast<std::size_t>(request.setting("min_length", own));
    return tokenize_prompt(text, format);
}

EmbeddedPrompt LanguageEncoder::embed(const std::vector<PromptChunk>& chunks) const {
    return embed_prompt(chunks, [&](const Tensor& ids) { return model_.embed(ids); }, model_.dim(), reading_.special);
}

LanguageEncoder::Encoded LanguageEncoder::encode(const std::vector<PromptChunk>& chunks, std::optional<int> stop_layer,
                                                 const Positions& positions, const std::vector<Tensor>& added) const {
    auto batch = chunks;
    const bool weighted = has_weights(chunks);
    if (weighted) batch.push_back(empty_prompt(reading_.special, chunks.front().size()));

    auto wanted = reading_.wanted;
    if (stop_layer && wanted.taps.empty()) {
        wanted.layer.reset();
        if (std::abs(*stop_layer) <= model_.layer_count()) wanted.layer = *stop_layer;
    }
    const EmbeddedPrompt prompt = embed(batch);
    const auto out = model_({.embeddings = prompt.embeddings,
                             .mask = prompt.mask,
                             .positions = positions ? positions(prompt) : Tensor(),
                             .added_rows = picture_rows(prompt),
                             .added = added},
                            wanted);
    Encoded encoded{.states = out.taps, .mask = prompt.mask.narrow(0, 0, 1)};
    if (wanted.taps.empty()) {
        Tensor states = out.hidden.defined() ? out.hidden : out.last;
        if (reading_.zeroes_padding)
            states = states * prompt.mask.unsqueeze(-1).to(states.device(), states.scalar_type());
        encoded.states = weigh_prompt(states.narrow(0, 0, 1), weighted ? states[1] : Tensor(), chunks);
    }
    return encoded;
}

}  // namespace easel::inference
