#include "inference/text/text_encoder.hpp"

namespace easel::inference {

const std::string& TextRequest::prompt_for(std::string_view encoder) const {
    const auto found = by_encoder.find(encoder);
    return found == by_encoder.end() ? prompt : found->second;
}

Conditioning TextEncoder::encode(const TextRequest& request) const {
    weights_->use(patches_);
    return {model_->encode(request, stop_layer_)};
}

TextEncoder TextEncoder::with_lora(const Lora& lora, double strength) const {
    if (strength == 0.0) return *this;
    TextEncoder patched = *this;
    patched.patches_ = PatchSet::with(patches_, lora.patches_for(model_->lora_keys()), strength);
    return patched;
}

TextEncoder TextEncoder::with_stop_layer(int layer) const {
    TextEncoder stopped = *this;
    stopped.stop_layer_ = layer;
    return stopped;
}

}  // namespace easel::inference
