// The vision tower of Qwen2.5-VL: pictures of any size as vectors among a prompt's tokens, one for four patches.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/text/vision/picture_reader.hpp"
#include "inference/weights/weights.hpp"

#include <vector>

namespace easel::inference {

class QwenVision : public PictureReader {
public:
    // `w` has `patch_embed...`, `blocks...` and `merger...`.
    explicit QwenVision(const Weights& w);

    SeenPicture operator()(const Tensor& picture) const override;
    Tensor positions(const std::vector<EmbeddedPrompt::Span>& spans, const std::vector<PatchGrid>& grids,
                     const Tensor& mask) const override;

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

}  // namespace easel::inference
