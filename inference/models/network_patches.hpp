// Changes to what a network computes at named places: read, replaced or skipped attention and blocks. A Model handle
// carries them (ModelOptions), NetworkInput brings them into the network, and the network asks for them where it is.
#pragma once

#include "inference/layers/rope.hpp"
#include "inference/models/network_input.hpp"
#include "inference/tensor.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace easel::inference {

enum class BlockKind {
    input,
    middle,
    output,  // of a UNet
    double_stream,
    single_stream,  // of a transformer: text and image apart, or one sequence (or the only kind there is)
    refiner         // of a transformer: over the image alone, before the others
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

// Of a transformer's tokens before its first block. A patch may put tokens before those of the text.
using StreamsPatch = std::function<void(Streams&, const PatchPlace&)>;
// What a transformer's block has left of the image, for patches that add to it in place.
struct AfterBlock {
    Tensor image;      // [batch, tokens, dim]
    const Tensor& at_start;  // the image before the first block of this kind
    const Tensor& time;      // [batch, dim]: what steers the blocks
    const Rope& rope;        // of the image's tokens
};
using AfterBlockPatch = std::function<void(const AfterBlock&, const PatchPlace&)>;

// Stretches and shifts the positions of the image's tokens. (ScaleROPE)
struct RopeScaling {
    double scale_x = 1.0, shift_x = 0.0, scale_y = 1.0, shift_y = 0.0, scale_t = 1.0, shift_t = 0.0;

    bool operator==(const RopeScaling&) const = default;
};

// Keys and values [batch, heads, tokens, size] of reference pictures in each block's attention, before positions turn
// them. Once it has them the pictures themselves are left out. Belongs to one run of sampling. (FluxKVCache)
struct ReferenceCache {
    std::map<Block, std::pair<Tensor, Tensor>> blocks;
};

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
    std::vector<StreamsPatch> at_start;
    std::vector<AfterBlockPatch> after_block;
    std::vector<TensorPatch> feed_forward_input;
    std::optional<RopeScaling> rope;
    std::shared_ptr<ReferenceCache> references;  // null: not kept
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
// For networks that are transformers: the tokens before the first block, patched.
void start_blocks(const NetworkInput& input, Streams& streams);
// For networks that are transformers: lets patches add to what block `block` has left of the image.
void finish_block(const NetworkInput& input, Block block, const AfterBlock& after);
// For networks that are transformers: what control networks say, for the blocks of the first kind in `input`, of the
// second in `output`. Empty where there are none.
const ControlResiduals& residuals_of(const NetworkInput& input);
// Adds what control networks say of one block, [batch, tokens, dim], to the tokens of `x` from `first` on, in place.
void add_residual(const Tensor& x, const std::vector<Tensor>& residuals, std::size_t block, int64_t first);
// For networks that are transformers: the output of a self or joint attention, patched.
Tensor patched_attention_output(Tensor tokens, const PatchPlace& place);

}  // namespace easel::inference
