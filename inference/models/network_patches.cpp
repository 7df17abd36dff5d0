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

void start_blocks(const NetworkInput& input, Streams& streams) {
    for (const StreamsPatch& patch : patches_of(input).at_start)
        patch(streams, {.input = input});
}

void finish_block(const NetworkInput& input, Block block, const AfterBlock& after) {
    for (const AfterBlockPatch& patch : patches_of(input).after_block)
        patch(after, {.input = input, .block = block});
}

const ControlResiduals& residuals_of(const NetworkInput& input) {
    static const ControlResiduals none;
    return input.control ? *input.control : none;
}

void add_residual(const Tensor& x, const std::vector<Tensor>& residuals, std::size_t block, int64_t first) {
    if (block >= residuals.size() || !residuals[block].defined()) return;
    x.narrow(1, first, residuals[block].size(1)).add_(residuals[block]);
}

Tensor patched_attention_output(Tensor tokens, const PatchPlace& place) {
    return patched(patches_of(place.input).self_output, std::move(tokens), place);
}

}  // namespace easel::inference
