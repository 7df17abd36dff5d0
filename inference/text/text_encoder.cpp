#include "inference/text/text_encoder.hpp"

#include "base/error.hpp"
#include "inference/memory/block_cache.hpp"
#include "inference/memory/device_memory.hpp"

namespace easel::inference {

namespace {

// A few hundred tokens through layers of some thousand channels.
constexpr std::size_t activation_bytes = std::size_t{256} << 20;

// Nodes work on conditions where pictures and latents are.
void bring_to_cpu(Condition& condition) {
    if (condition.cross.defined()) condition.cross = condition.cross.to(at::kCPU);
    for (std::optional<Tensor>* part : {&condition.pooled, &condition.attention_mask})
        if (*part && (*part)->defined()) *part = (*part)->to(at::kCPU);
    for (auto& [name, tensor] : condition.extra)
        if (tensor.defined()) tensor = tensor.to(at::kCPU);
}

}  // namespace

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
    const Lease lease({weights_.get()}, activation_bytes, Reading::once);
    const BlockCache blocks;
    Conditioning conditions = with_room(weights_.get(), [&] { return encode_now(request); });
    for (Condition& condition : conditions)
        bring_to_cpu(condition);
    return conditions;
}

Conditioning TextEncoder::encode_now(const TextRequest& request) const {
    if (!hooks_) {
        weights_->use(patches_);
        return {model_->encode(with_own_settings(request), stop_layer_)};
    }
    const HookGroup& group = *hooks_->group;
    if (!hooks_->scheduled) return {encode_hooked(request, std::vector<double>(group.hooks().size(), 1.0))};
    Conditioning parts;
    for (const HookGroup::Span& span : group.spans()) {
        parts.push_back(encode_hooked(request, span.strengths));
        parts.back().encoded_from = span.start_percent;
        parts.back().encoded_to = span.end_percent;
    }
    return parts;
}

Condition TextEncoder::encode_hooked(const TextRequest& request, const std::vector<double>& strengths) const {
    const auto changes =
        hooks_->group->patches(HookGroup::Target::text_encoder, weights_, model_->lora_keys(), strengths);
    weights_->use(PatchSet::with(patches_, changes));
    Condition condition = model_->encode(with_own_settings(request), stop_layer_);
    if (condition_hooks_) condition.hooks = condition_hooks_;
    return condition;
}

TextEncoder TextEncoder::with_hooks(TextHooks hooks) const {
    TextEncoder hooked = *this;
    if (hooks.of_conditions) hooked.condition_hooks_ = hooks.group;
    hooked.hooks_ = std::move(hooks);
    return hooked;
}

TextEncoder TextEncoder::with_patches(const PatchList& patches) const {
    TextEncoder patched = *this;
    patched.patches_ = PatchSet::with(patches_, patches);
    return patched;
}

std::string TextEncoder::generate(const TextRequest& request, const TextGeneration& generation) const {
    const Lease lease({weights_.get()}, activation_bytes);
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
