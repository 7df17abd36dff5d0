#include "inference/text/language_text.hpp"

#include "inference/text/text_generation.hpp"
#include "inference/text/text_lora_keys.hpp"

#include <algorithm>

namespace easel::inference {

namespace {

// The template for `count` pictures.
std::string with_places(const ChatFormat& format, std::size_t count) {
    std::string text(format.with_pictures);
    const auto place = format.picture_place.empty() ? std::string::npos : text.find(format.picture_place);
    for (std::size_t more = 1; place != std::string::npos && more < count; ++more)
        text.insert(place, format.picture_place);
    return text;
}

}  // namespace

std::string chat_text(const ChatFormat& format, const TextRequest& request, std::string_view encoder) {
    const std::string& prompt = request.prompt_for(encoder);
    const auto begins = [&](std::string_view beginning) { return prompt.starts_with(beginning); };
    if (std::ranges::any_of(format.complete_beginnings, begins)) return prompt;
    const bool uses_template = request.setting("uses_template", 1.0) != 0.0;
    if (format.may_be_bare && !uses_template) return prompt;
    const std::string ending(request.setting("thinking", format.thinks ? 1.0 : 0.0) != 0.0 ? ""
                                                                                           : format.without_thinking);
    if (request.chat_template) return fill_template(*request.chat_template, prompt) + ending;
    if (!format.for_writing.empty() && request.setting("uses_template", 0.0) != 0.0)
        return fill_template(request.images.empty() ? format.for_writing : format.for_writing_with_pictures, prompt);
    if (!request.images.empty() && !format.with_pictures.empty())
        return fill_template(with_places(format, request.images.size()), prompt) + ending;
    return fill_template(format.usual, prompt) + ending;
}

Tensor join_taps(const Tensor& states) { return states.movedim(1, 2).flatten(2); }

LanguageText::LanguageText(const Weights& w, LanguageTextParts parts, const TextSettings& settings)
    : weights_(w), parts_(std::move(parts)),
      encoder_(w / "model", parts_.config, parts_.reading, parts_.tokenize, settings) {
    if (parts_.eyes && w.has_part(parts_.eyes_part)) eyes_ = parts_.eyes(w / parts_.eyes_part);
}

LanguageText::Prompt LanguageText::read(const TextRequest& request) const {
    auto chunks = encoder_.tokenize(chat_text(parts_.chat, request, parts_.reading.name), request);
    return with_pictures(std::move(chunks.front()), request.images);
}

LanguageText::Prompt LanguageText::with_pictures(PromptChunk tokens, const std::vector<Tensor>& pictures) const {
    Prompt prompt;
    std::vector<std::vector<Tensor>> deep;  // by layer, then by picture
    for (PromptToken& token : tokens) {
        if (!eyes_ || prompt.pictures.size() == pictures.size()) break;
        if (token.vector.defined() || token.id != parts_.chat.picture_token) continue;
        const SeenPicture seen = (*eyes_)(pictures[prompt.pictures.size()]);
        token.vector = seen.vectors;
        prompt.pictures.push_back(seen.grid);
        deep.resize(seen.deep.size());
        for (std::size_t layer = 0; layer < deep.size(); ++layer)
            deep[layer].push_back(seen.deep[layer]);
    }
    for (const auto& layer : deep)
        prompt.deep.push_back(at::cat(layer));
    prompt.chunks.push_back(std::move(tokens));
    return prompt;
}

LanguageEncoder::Positions LanguageText::positions(const Prompt& prompt) const {
    if (prompt.pictures.empty()) return {};
    return [this, &pictures = prompt.pictures](const EmbeddedPrompt& embedded) {
        return eyes_->positions(embedded.spans, pictures, embedded.mask[0]);
    };
}

Condition LanguageText::encode(const Prompt& prompt, std::optional<int> stop_layer) const {
    const auto encoded = encoder_.encode(prompt.chunks, stop_layer, positions(prompt), prompt.deep);
    Condition condition;
    condition.cross = parts_.joined ? parts_.joined(encoded.states) : encoded.states;
    if (parts_.returns_mask) condition.attention_mask = encoded.mask;
    return condition;
}

Condition LanguageText::encode(const TextRequest& request, std::optional<int> stop_layer) const {
    return encode(read(request), stop_layer);
}

std::string LanguageText::generate(const TextRequest& request, const TextGeneration& generation) const {
    if (parts_.chat.stops.empty()) return TextModel::generate(request, generation);
    TextRequest unpadded = request;
    unpadded.settings["min_length"] = 1;
    const Prompt prompt = read(unpadded);
    const EmbeddedPrompt embedded = encoder_.embed(prompt.chunks);
    const auto where = positions(prompt);
    const auto tokens = generate_tokens(encoder_.model(),
                                        {.embeddings = embedded.embeddings,
                                         .positions = where ? where(embedded) : Tensor(),
                                         .added_rows = picture_rows(embedded),
                                         .added = prompt.deep,
                                         .stops = parts_.chat.stops},
                                        generation);
    return parts_.decode(tokens);
}

LoraKeys LanguageText::lora_keys() const { return text_lora_keys(Weights(weights_.table())); }

}  // namespace easel::inference
