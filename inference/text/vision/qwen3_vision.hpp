// Qwen3-VL's vision tower: a picture as vectors of the language model, one for 32 x 32 pixels, and what its inner
// layers see beside them, for the language model's first layers (DeepStack).
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/text/vision/picture_reader.hpp"
#include "inference/weights/weights.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference {

// How pictures are brought to the tower's size.
struct Qwen3Resizing {
    PictureLimits limits = {};
    bool bicubic = false;  // else bilinear
    // Whether two pictures of a batch are two frames of a film, which the tower sees at once; else the first counts.
    bool pairs_frames = false;
};
// In which type the learned positions are stretched: the one that they are stored in, or that of the computation.
enum class PositionsType : std::uint8_t { stored, computed };

class Qwen3Vision : public PictureReader {
public:
    // `w` has `patch_embed`, `pos_embed`, `blocks`, `merger` and perhaps `deepstack_merger_list`.
    Qwen3Vision(const Weights& w, int64_t head_size, Qwen3Resizing resizing = {},
                PositionsType positions_type = PositionsType::computed);

    // `pixels` [1 or 2, 3, height, width] in -1..1, sides whole multiples of 32: a picture, or two frames of a film.
    // (Qwen35VisionModel.forward)
    SeenPicture look_at(const Tensor& pixels) const;

    SeenPicture operator()(const Tensor& picture) const override;
    Tensor positions(const std::vector<EmbeddedPrompt::Span>& spans, const std::vector<PatchGrid>& grids,
                     const Tensor& mask) const override;

private:
    struct Block {
        LayerNorm norm1, norm2;
        Linear qkv, out, up, down;
        int64_t head_size;

        Block(const Weights& w, int64_t head_size_);
        // `x` [patches, dim]; `cos` and `sin` [patches, head size].
        Tensor operator()(const Tensor& x, const Tensor& cos, const Tensor& sin) const;
    };
    struct DeepMerger {
        std::size_t behind;  // which block
        LayerNorm norm;
        Linear in, out;
        Tensor operator()(const Tensor& x) const;
    };

    std::vector<DeepMerger> deep_mergers(const Weights& list) const;
    // The learned positions, stretched to the grid, [patches, dim].
    Tensor learned_positions(const PatchGrid& grid) const;

    Weights weights_;
    Qwen3Resizing resizing_;
    int64_t head_size_;
    PositionsType positions_type_;
    Weight patch_in_, patch_bias_;  // [dim, 3, 2, 16, 16]
    Weight positions_;              // [side * side, dim]
    std::vector<Block> blocks_;
    std::vector<DeepMerger> deep_;
    LayerNorm merger_norm_;
    Linear merger_in_, merger_out_;
};

}  // namespace easel::inference
