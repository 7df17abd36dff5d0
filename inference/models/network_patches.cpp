#include "inference/models/network_patches.hpp"

namespace easel::inference {

const NetworkPatches& patches_of(const NetworkInput& input) {
    static const NetworkPatches none{};
    return input.patches ? *input.patches : none;
}

AttentionInput patched(const std::vector<AttentionInputPatch>& patches, AttentionInput input, const PatchPlace& place) {
    for (const AttentionInputPatch& patch : patches)
        input = patch(std::move(input), place);
    return input;
}

Tensor patched(const std::vector<TensorPatch>& patches, Tensor tensor, const PatchPlace& place) {
    for (const TensorPatch& patch : patches)
        tensor = patch(std::move(tensor), place);
    return tensor;
}

Features patched(const std::vector<SkipPatch>& patches, Features features, const PatchPlace& place) {
    for (const SkipPatch& patch : patches)
        features = patch(std::move(features), place);
    return features;
}

const AttentionReplacement* find_replacement(const AttentionReplacements& replacements, const PatchPlace& place) {
    auto found = replacements.find({.block = place.block, .transformer = place.transformer});
    if (found == replacements.end()) found = replacements.find({.block = place.block});
    return found == replacements.end() ? nullptr : &found->second;
}

void run_block(const NetworkInput& input, Block block, Streams& streams, const BlockFunction& compute) {
    const auto& replacements = patches_of(input).block_replacement;
    const auto found = replacements.find(block);
    if (found == replacements.end()) return compute(streams);
    found->second(streams, compute, {.input = input, .block = block});
}

Tensor patched_attention_output(Tensor tokens, const PatchPlace& place) {
    return patched(patches_of(place.input).self_output, std::move(tokens), place);
}

}  // namespace easel::inference
