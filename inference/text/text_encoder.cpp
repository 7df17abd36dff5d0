#include "inference/text/text_encoder.hpp"

#include "base/error.hpp"

namespace easel::inference {

const std::string& TextRequest::prompt_for(std::string_view encoder) const {
    const auto found = by_encoder.find(encoder);
    return found == by_encoder.end() ? prompt : found->second;
}

double TextRequest::setting(std::string_view name, double otherwise) const {
    const auto found = settings.find(name);
    return found == settings.end() ? otherwise : found->second;
}

std::string TextModel::generate(const TextRequest&, const TextGeneration&) const {
    throw ModelError("this text encoder cannot write text: it needs a language model");
}

TextRequest TextEncoder::with_own_settings(TextRequest request) const {
    request.settings.insert(settings_.begin(), settings_.end());
    return request;
}

Conditioning TextEncoder::encode(const TextRequest& request) const {
    weights_->use(patches_);
    return {model_->encode(with_own_settings(request), stop_layer_)};
}

std::string TextEncoder::generate(const TextRequest& request, const TextGeneration& generation) const {
    weights_->use(patches_);
    return model_->generate(with_own_settings(request), generation);
}

TextEncoder TextEncoder::with_lora(const Lora& lora, double strength) const {
    if (strength == 0.0) return *this;
    TextEncoder patched = *this;
    patched.patches_ = PatchSet::with(patches_, lora.patches_for(model_->lora_keys(), strength));
    return patched;
}

TextEncoder TextEncoder::with_merged(const TextEncoder& other, const MergeRatios& ratios) const {
    TextEncoder merged = *this;
    merged.patches_ = PatchSet::with(patches_, merge_patches(*weights_, other.weights_, other.patches_, ratios));
    return merged;
}

TextEncoder TextEncoder::with_stop_layer(int layer) const {
    TextEncoder stopped = *this;
    stopped.stop_layer_ = layer;
    return stopped;
}

TextEncoder TextEncoder::with_settings(const std::map<std::string, double, std::less<>>& settings) const {
    TextEncoder changed = *this;
    for (const auto& [name, value] : settings)
        changed.settings_[name] = value;
    return changed;
}

}  // namespace easel::inference
