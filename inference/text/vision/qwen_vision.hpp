// The vision tower of Qwen2.5-VL: pictures of any size as vectors among a prompt's tokens, one for four patches.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/text/prompt_embedding.hpp"
#include "inference/weights/weights.hpp"

#include <utility>
#include <vector>

namespace easel::inference {

struct PatchGrid {
    int64_t rows = 0, columns = 0;  // patches of 14 x 14 pixels, both even
};

class QwenVision {
public:
    // `w` has `patch_embed...`, `blocks...` and `merger...`.
    explicit QwenVision(const Weights& w);

    struct Seen {
        Tensor vectors;  // [rows * columns / 4, dim of the language model]
        PatchGrid grid;
    };
    // `picture` [1, height, width, 3] in 0..1.
    Seen operator()(const Tensor& picture) const;

private:
    struct Block {
        RmsNorm norm1, norm2;
        Linear qkv, proj, gate, up, down;
        int64_t heads;
        explicit Block(const Weights& w);
        // `x` [patches, dim]; `cos` and `sin` [patches, head size]; patches of one of `windows` see each other.
        Tensor operator()(const Tensor& x, const Tensor& cos, const Tensor& sin,
                          const std::vector<int64_t>& windows) const;
    };

    Weight patches_;
    std::vector<Block> blocks_;
    RmsNorm merger_norm_;
    Linear merger_in_, merger_out_;
};

// Where the tokens of a prompt with pictures are, [3, tokens]: in time, row and column. `mask` [tokens] is 0 at
// padding. (Qwen25_7BVLI.forward)
Tensor picture_positions(const std::vector<EmbeddedPrompt::Span>& spans, const std::vector<PatchGrid>& grids,
                         const Tensor& mask);

}  // namespace easel::inference
