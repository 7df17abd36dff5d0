// The detector of SAM 3: finds everything in a picture that a text describes or that looks like what boxes show.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/embedding.hpp"
#include "inference/vision/sam3/layers.hpp"

#include <vector>

namespace easel::inference::sam3 {

class Detector {
public:
    explicit Detector(const Weights& w);

    struct Found {
        Tensor boxes;   // [batch, queries, 4]: corners, as shares of the picture
        Tensor scores;  // [batch, queries], logits
        Tensor masks;   // [batch, queries, h, w], logits
    };
    // `features` fine to coarse as the backbone gives them; `text` [batch, tokens, 1024] with 1 in `text_mask` [batch,
    // tokens] where a token counts; `boxes` [batch, count, 4], centre and size as shares, or undefined.
    Found operator()(const std::vector<Tensor>& features, const Tensor& text, const Tensor& text_mask,
                     const Tensor& boxes) const;

private:
    struct DecoderLayer {
        Attention self, cross, text;
        LayerNorm norm1, norm2, norm3, text_norm;
        Linear in, out;

        explicit DecoderLayer(const Weights& w);
    };
    // Boxes, and what the picture as a whole looks like, as tokens.
    struct Geometry {
        Linear box_direct, box_places;
        Weight box_pooled, box_pooled_bias;  // of a convolution as large as the pooled picture
        Weight labels, whole;                // [2, dim], [1, dim]
        LayerNorm norm, picture_norm, last_norm;
        std::vector<EncoderLayer> layers;
        Linear projection;

        explicit Geometry(const Weights& w);
        Tensor of_boxes(const Tensor& boxes, const Tensor& picture) const;
        Tensor of_picture(const Tensor& cells, const Tensor& places) const;
    };
    struct Decoded {
        Tensor queries, boxes;  // [batch, queries, dim], [batch, queries, 4]
    };

    Decoded decoded(const Tensor& memory, const Tensor& places, const Tensor& prompt, const Tensor& prompt_bias,
                    int64_t height, int64_t width) const;
    Tensor box_bias(const Tensor& boxes, int64_t height, int64_t width) const;
    Tensor scored(const Tensor& queries, const Tensor& prompt, const Tensor& counts) const;
    Tensor masks(const Tensor& queries, std::vector<Tensor> features, const Tensor& memory, const Tensor& prompt,
                 const Tensor& prompt_bias) const;

    bool drops_coarsest_;
    Linear text_;
    Geometry geometry_;
    std::vector<EncoderLayer> encoder_;
    std::vector<DecoderLayer> decoder_;
    LayerNorm query_norm_;
    Weight queries_, anchors_, presence_;
    Perceptron anchor_places_, box_, bias_x_, bias_y_;
    Perceptron prompt_mlp_;
    LayerNorm prompt_norm_;
    Linear score_query_, score_prompt_;
    std::vector<Conv2d> pixel_convs_;
    std::vector<GroupNorm> pixel_norms_;
    Perceptron mask_embed_;
    Attention prompt_attention_;
    LayerNorm prompt_attention_norm_;
    Conv2d instances_;
};

}  // namespace easel::inference::sam3
