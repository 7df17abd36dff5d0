// GLIGEN (Li et al. 2023): layers between a UNet's self and cross attention that put phrases into boxes.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/models/network_input.hpp"
#include "inference/weights/weights.hpp"

#include <memory>
#include <vector>

namespace easel::inference {

// A phrase and its box, in cells of the latent.
struct GroundedPhrase {
    Tensor pooled;  // [1, dim]: the phrase's pooled embedding, before any projection
    int64_t height = 0, width = 0, y = 0, x = 0;
};

class Gligen {
public:
    // Throws ModelError when the file is no GLIGEN model.
    explicit Gligen(const Weights& w);

    // What the layers do for these phrases in a latent of this shape, [batch, channels, rows, columns].
    std::shared_ptr<const Grounding> grounding(const std::vector<GroundedPhrase>& phrases,
                                               at::IntArrayRef latent) const;

private:
    friend class GligenGrounding;

    struct Layer {
        Linear linear, q, k, v, out, ff_in, ff_out;
        LayerNorm norm1, norm2;
        Weight alpha_attention, alpha_dense;
        int64_t heads;

        explicit Layer(const Weights& w);
        Tensor operator()(Tensor x, const Tensor& objects) const;
    };

    Weights weights_;
    std::vector<Layer> layers_;  // in the order in which the network's transformer blocks are run
    Linear first_, second_, third_;
    Weight no_phrase_, no_box_;
};

// What a condition carries of them.
struct GroundedPhrases {
    std::shared_ptr<const Gligen> model;
    std::vector<GroundedPhrase> phrases;
};

}  // namespace easel::inference
