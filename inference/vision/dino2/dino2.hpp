// DINOv2 (Oquab et al. 2023): a vision transformer whose features tell depth and shape. Depth Anything 3 adds to it
// that several views of a scene see each other: some of its blocks attend over the cells of all views.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/weights/weights.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace easel::inference {

// How the view is chosen that the others are placed against.
enum class ReferenceView { saddle_balanced, saddle_similarity, first, middle };

class Dino2 {
public:
    // Keys as transformers names them: `embeddings`, `encoder.layer`, `layernorm`. Heads are 64 wide.
    explicit Dino2(const Weights& w);

    static constexpr int64_t patch = 14;

    struct Features {
        Tensor cells;  // [views, cells, dim], normalised
        Tensor token;  // [views, dim]: the class or camera token
    };
    // Features behind the blocks `layers` (in rising order) of `views` [views, 3, height, width], whose sides are
    // multiples of `patch`. The views are pictures of their own, tokens normalised.
    // (comfy.image_encoders.dino2.Dinov2Model.get_intermediate_layers)
    std::vector<Features> separate(const Tensor& views, const std::vector<std::size_t>& layers) const;
    // The same where the views are of one scene. With camera tokens, features are twice as wide: those of the view by
    // itself, not normalised, before those of the scene; tokens are not normalised.
    // (Dinov2Model.get_intermediate_layers_da3)
    std::vector<Features> of_scene(const Tensor& views, const std::vector<std::size_t>& layers,
                                   ReferenceView reference) const;

    struct Tokens {
        Tensor last;         // [pictures, 1 + cells, dim], normalised; the class token comes first
        Tensor penultimate;  // out of the block before the last one, as it is
    };
    // Of pictures of their own. (Dinov2Model.forward)
    Tokens tokens(const Tensor& pictures) const;

    std::size_t depth() const { return blocks_.size(); }
    // The sides in pixels of the pictures that it was trained with.
    int64_t trained_side() const;
    int64_t dim() const { return norm_.weight.size(0); }

private:
    // Rotary tables of the rows and columns of a view's cells, the token before them.
    struct Places {
        Rope rows, columns;
    };
    struct Block {
        LayerNorm norm1, norm2;
        Linear q, k, v, out;
        std::optional<LayerNorm> q_norm, k_norm;
        Weight scale1, scale2;  // [dim]
        Linear in, back;
        bool is_gated;

        explicit Block(const Weights& w);
        Tensor operator()(const Tensor& x, const Places* places) const;  // [batch, tokens, dim]

    private:
        Tensor attend(const Tensor& x, const Places* places) const;
        Tensor feed_forward(const Tensor& x) const;
    };

    Tensor embedded(const Tensor& views) const;

    Weight patches_, patch_bias_, class_token_, positions_;
    Weight camera_tokens_;  // [1, 2, dim]: of the reference view and of others; nothing in plain DINOv2
    std::vector<Block> blocks_;
    std::size_t scene_start_;  // the first block that knows of other views; how many there are where none does
    LayerNorm norm_;
};

}  // namespace easel::inference
