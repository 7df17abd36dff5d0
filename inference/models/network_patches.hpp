// Changes to what a network computes at named places: read, replaced or skipped attention and blocks. A Model handle
// carries them (ModelOptions), NetworkInput brings them into the network, and the network asks for them where it is.
#pragma once

#include "inference/models/network_input.hpp"
#include "inference/tensor.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace easel::inference {

enum class BlockKind {
    input,
    middle,
    output,  // of a UNet
    double_stream,
    single_stream  // of a transformer: text and image apart, or one sequence (or the only kind there is)
};

struct Block {
    BlockKind kind = BlockKind::input;
    int64_t index = 0;

    auto operator<=>(const Block&) const = default;
};

// Where a patch is called.
struct PatchPlace {
    const NetworkInput& input;  // of this evaluation: its x, level and sides
    Block block = {};
    int64_t transformer = 0;                // which of the block's transformers, in a UNet
    int64_t transformer_index = 0;          // which of the network's spatial transformers, in a UNet
    std::vector<int64_t> activations = {};  // shape of the spatial transformer's input, in a UNet
    int64_t heads = 0;                      // of the attention
    struct Range {
        int64_t begin, end;
    };
    std::optional<Range> image_tokens = {};  // where the image is within tokens that also hold text
};

// What an attention reads, each [batch, tokens, dim], before its projections: queries come from `x`, keys from
// `context`, values from `value`.
struct AttentionInput {
    Tensor x, context, value;
};
using AttentionInputPatch = std::function<AttentionInput(AttentionInput, const PatchPlace&)>;
// The attention itself, over projected [batch, tokens, heads * size]; the output projection follows.
using AttentionReplacement =
    std::function<Tensor(const Tensor& q, const Tensor& k, const Tensor& v, const PatchPlace&)>;
// Of tokens [batch, tokens, dim] or features [batch, channels, height, width]; the tensor is the patch's own.
using TensorPatch = std::function<Tensor(Tensor, const PatchPlace&)>;
// Of a UNet's features and of the skip connection that is about to join them.
struct Features {
    Tensor h, skip;
};
using SkipPatch = std::function<Features(Features, const PatchPlace&)>;

// A replacement for all transformers of a block, or for one.
struct AttentionKey {
    Block block;
    std::optional<int64_t> transformer = {};

    auto operator<=>(const AttentionKey&) const = default;
};
using AttentionReplacements = std::map<AttentionKey, AttentionReplacement>;

// The tokens that a transformer's block changes, [batch, tokens, dim]. Blocks over one sequence have it in `image`.
struct Streams {
    Tensor image, text;
};
using BlockFunction = std::function<void(Streams&)>;
using BlockReplacement = std::function<void(Streams&, const BlockFunction& block, const PatchPlace&)>;

struct NetworkPatches {
    // Self attention (attn1) and attention to the prompt (attn2) of a UNet's transformers.
    std::vector<AttentionInputPatch> self_input, cross_input;
    AttentionReplacements self_replacement, cross_replacement;
    std::vector<TensorPatch> self_output, cross_output;  // self_output also of a transformer's joint attention
    std::vector<TensorPatch> between_attentions;         // the tokens after self attention

    // A UNet's blocks: what an input block made, before or after it is kept as skip connection, and what goes into an
    // output block.
    std::vector<TensorPatch> input_block, input_block_after_skip;
    std::vector<SkipPatch> output_block;

    // Blocks of transformers.
    std::map<Block, BlockReplacement> block_replacement;
};

// What the handle asks for; nothing when the input names no patches.
const NetworkPatches& patches_of(const NetworkInput& input);

// The patched forms of what a network computes; without patches, what they are given.
AttentionInput patched(const std::vector<AttentionInputPatch>& patches, AttentionInput input, const PatchPlace& place);
Tensor patched(const std::vector<TensorPatch>& patches, Tensor tensor, const PatchPlace& place);
Features patched(const std::vector<SkipPatch>& patches, Features features, const PatchPlace& place);
// The replacement for this transformer, or for its block; null when there is none.
const AttentionReplacement* find_replacement(const AttentionReplacements& replacements, const PatchPlace& place);

// For networks that are transformers: runs block `block`, or what a patch puts in its place.
void run_block(const NetworkInput& input, Block block, Streams& streams, const BlockFunction& compute);
// For networks that are transformers: the output of a self or joint attention, patched.
Tensor patched_attention_output(Tensor tokens, const PatchPlace& place);

}  // namespace easel::inference
