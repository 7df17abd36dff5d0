// What all of Wan's networks share: patches of a latent as tokens, the prompt and the time as vectors, the
// transformer's blocks, and the way back to a video. Sizes are read from the weights.
#pragma once

#include "inference/models/model.hpp"
#include "inference/models/wan/blocks.hpp"
#include "inference/models/wan/positions.hpp"

#include <optional>
#include <vector>

namespace easel::inference::wan {

// How 1280 numbers for each part of a picture become tokens.
struct PictureEmbedder {
    LayerNorm norm_in, norm_out;
    Linear in, out;
    Weight positions;  // [1, tokens, 1280], for first and last pictures, or nothing

    explicit PictureEmbedder(const Weights& w);
    Tensor operator()(Tensor features) const;
};

// Patches of two by two cells in every frame as vectors.
struct PatchEmbedding {
    Weight weight, bias;  // [dim, channels, 1, 2, 2], [dim]

    explicit PatchEmbedding(const Weights& w) : weight(w["weight"]), bias(w["bias"]) {}
    int64_t channels() const { return weight.size(1); }
    // [batch, channels, frames, height, width] -> [batch, dim, frames, height / 2, width / 2] in float32.
    Tensor operator()(const Tensor& latent) const;
};

// The time as the head and as the blocks read it: [batch, times, dim] and [batch, times, 6, dim].
struct EmbeddedTime {
    Tensor embedded, steering;
};

// From tokens to the values of their patches.
struct Head {
    Weight modulation;  // [1, 2, dim]
    Linear out;

    explicit Head(const Weights& w) : modulation(w["modulation"]), out(w / "head") {}
    Tensor operator()(const Tensor& tokens, const EmbeddedTime& time) const;
};

// What works inside the blocks of a network beside its own layers. Comes with a network's input, as an attachment.
class BlockGuest : public Attachment {
public:
    static constexpr std::string_view name = "block_guest";
    // `cells`: frames, rows and columns of the video. Calls of one evaluation come in the order of the blocks.
    // The queries and keys of self attention, [batch, heads, tokens, 128], turned by their positions.
    virtual void look_at(int64_t block, const Tensor& queries, const Tensor& keys, const CellBox& cells) const = 0;
    // The tokens after attention to the prompt.
    virtual Tensor after_cross(int64_t block, const Tensor& x, const CellBox& cells) const = 0;
    // Whether it wants queries and keys.
    virtual bool looks() const = 0;
};

// One pass through the blocks.
struct Sequence {
    Tensor x;  // [batch, tokens, dim]
    Rope rope;
    EmbeddedTime time;
    Context context;
    CellBox cells;        // of the video that is made
    int64_t first = 0;    // its first token
    int64_t skipped = 0;  // how many of the video's first tokens patches do not see
};
// What a variant does with the tokens in or after a block.
using BlockStep = std::function<Tensor(int64_t block, const Tensor& x)>;
struct Steps {
    BlockStep compute = nullptr;  // in place of the block; null: the block itself
    BlockStep after = nullptr;    // behind the block and what patches add to it
};

class Trunk {
public:
    explicit Trunk(const Weights& w);  // throws MissingWeight

    Weights weights;
    PatchEmbedding patches;
    std::optional<PictureEmbedder> picture_in;
    std::vector<Block> blocks;
    Head head;

    int64_t dim() const { return text_out_.out_features(); }
    int64_t in_channels() const { return patches.channels(); }
    int64_t out_channels() const;

    // Cells [batch, dim, frames, rows, columns] as tokens in the type of the activations.
    Tensor as_tokens(const Tensor& cells) const { return cells.flatten(2).transpose(1, 2).to(weights.compute_dtype()); }
    // `times` [batch, n], one for all tokens or for each of n equal parts of them.
    EmbeddedTime time(const Tensor& times) const;
    Tensor text(const Tensor& prompt) const;
    // The prompt and, where there are any, the features of a picture. Throws UserError without a prompt.
    Context context(const NetworkInput& input) const;
    Rope rope(const CellBoxes& boxes, at::Device device) const {
        return ropes_.of(boxes, device, [&] { return rope_of(boxes); });
    }
    // The tokens after all blocks, with what the model handle's patches do to them.
    Tensor run(const NetworkInput& input, const Sequence& sequence, const Steps& steps = {}) const;
    // The head's values of the video's tokens as a video [batch, channels, frames, height, width], float32.
    Tensor video(const Tensor& values, const CellBox& cells) const;

private:
    Linear text_in_, text_out_, time_in_, time_out_, time_projection_;
    RopeTables ropes_;
};

// `x` [batch, channels, frames, h, w] with sides that are whole patches.
Tensor padded(const Tensor& x);
// The patches of a video with sides that are whole patches.
CellBox cells_of(const Tensor& latent, RopeScaling scaling = {});
// As much of the video's beginning as `like` has.
Tensor cut_to(const Tensor& video, const Tensor& like);

}  // namespace easel::inference::wan
