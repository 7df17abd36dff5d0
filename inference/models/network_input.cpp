#include "inference/models/network_input.hpp"

#include "inference/image/resize.hpp"

#include <algorithm>
#include <numeric>

namespace easel::inference {
namespace {

constexpr int64_t most_repetitions = 4;  // of the shorter prompt, to batch it with a longer one

bool same_shape(const Tensor& a, const Tensor& b) {
    return a.defined() == b.defined() && (!a.defined() || a.sizes() == b.sizes());
}

bool is_number(const Tensor& tensor) { return tensor.dim() == 0; }

bool prompts_fit(const NetworkInput& first, const NetworkInput& second) {
    const Tensor &a = first.context, &b = second.context;
    if (same_shape(a, b)) return true;
    if (!first.context_repeats || !second.context_repeats) return false;
    if (!a.defined() || !b.defined() || a.dim() != 3 || b.dim() != 3) return false;
    if (a.size(0) != b.size(0) || a.size(2) != b.size(2) || a.size(1) == 0 || b.size(1) == 0) return false;
    return std::lcm(a.size(1), b.size(1)) / std::min(a.size(1), b.size(1)) <= most_repetitions;
}

bool extras_fit(const NetworkInput& a, const NetworkInput& b) {
    return std::ranges::equal(a.extra, b.extra, [](const auto& p, const auto& q) {
        if (p.first != q.first || !same_shape(p.second, q.second)) return false;
        return !is_number(p.second) || p.second.equal(q.second);
    });
}

// The inputs that `part` picks, one after the other; undefined where the first has none.
template <class Part>
Tensor stacked(const std::vector<const NetworkInput*>& inputs, const Part& part) {
    if (!part(*inputs.front()).defined()) return {};
    std::vector<Tensor> parts;
    for (const NetworkInput* input : inputs)
        parts.push_back(part(*input));
    return parts.size() == 1 ? parts.front() : at::cat(parts);
}

Tensor joined_prompts(const std::vector<const NetworkInput*>& inputs) {
    const auto has_tokens = [](const NetworkInput* input) {
        return input->context.defined() && input->context.dim() == 3 && input->context.size(1) > 0;
    };
    if (!std::ranges::all_of(inputs, has_tokens))
        return stacked(inputs, [](const NetworkInput& input) { return input.context; });
    int64_t tokens = 1;
    for (const NetworkInput* input : inputs)
        tokens = std::lcm(tokens, input->context.size(1));
    std::vector<Tensor> prompts;
    for (const NetworkInput* input : inputs)
        prompts.push_back(input->context.repeat({1, tokens / input->context.size(1), 1}));
    return at::cat(prompts);
}

}  // namespace

Tensor NetworkInput::find(std::string_view name) const {
    const auto found = extra.find(name);
    return found == extra.end() ? Tensor() : found->second;
}

NetworkInput repeated(const NetworkInput& input, int64_t count, at::Device device) {
    NetworkInput batch = input;
    const auto repeat = [&](Tensor& tensor) {
        if (tensor.defined() && !is_number(tensor)) tensor = repeat_to_batch(tensor, count).to(device);
    };
    for (Tensor* tensor : {&batch.context, &batch.vector, &batch.concat, &batch.guidance, &batch.attention_mask})
        repeat(*tensor);
    for (Tensor& latent : batch.reference_latents)
        repeat(latent);
    for (auto& [name, tensor] : batch.extra)
        repeat(tensor);
    return batch;
}

bool can_join(const NetworkInput& a, const NetworkInput& b) {
    return prompts_fit(a, b) && same_shape(a.vector, b.vector) && same_shape(a.concat, b.concat) &&
           same_shape(a.guidance, b.guidance) && same_shape(a.attention_mask, b.attention_mask) &&
           std::ranges::equal(a.reference_latents, b.reference_latents, same_shape) && extras_fit(a, b) &&
           a.attached == b.attached;
}

NetworkInput joined(const std::vector<const NetworkInput*>& inputs) {
    const NetworkInput& first = *inputs.front();
    NetworkInput batch;
    batch.context = joined_prompts(inputs);
    batch.vector = stacked(inputs, [](const NetworkInput& input) { return input.vector; });
    batch.concat = stacked(inputs, [](const NetworkInput& input) { return input.concat; });
    batch.guidance = stacked(inputs, [](const NetworkInput& input) { return input.guidance; });
    batch.attention_mask = stacked(inputs, [](const NetworkInput& input) { return input.attention_mask; });
    for (std::size_t i = 0; i < first.reference_latents.size(); ++i)
        batch.reference_latents.push_back(
            stacked(inputs, [i](const NetworkInput& input) { return input.reference_latents[i]; }));
    for (const auto& [name, tensor] : first.extra)
        batch.extra[name] =
            is_number(tensor) ? tensor : stacked(inputs, [&](const NetworkInput& input) { return input.find(name); });
    batch.attached = first.attached;
    return batch;
}

}  // namespace easel::inference
