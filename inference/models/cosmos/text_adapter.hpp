// What stands between Anima's prompt and its network: a transformer that writes the features of a small language model
// onto the tokens of T5's vocabulary.
#pragma once

#include "inference/layers/embedding.hpp"
#include "inference/models/cosmos/blocks.hpp"

#include <vector>

namespace easel::inference::cosmos {

class TextAdapter {
public:
    explicit TextAdapter(const Weights& w);

    // `features` [batch, tokens, dim] of the language model, `ids` [batch, others] of T5's tokenizer and their weights:
    // [batch, 512 or more, dim].
    Tensor operator()(const Tensor& features, const Tensor& ids, const Tensor& weights) const;

private:
    struct Layer {
        RmsNorm norm_self, norm_cross, norm_mlp;
        Attention self, cross;
        Linear mlp_in, mlp_out;

        explicit Layer(const Weights& w);
    };
    static Tensor attend(const Attention& attention, const Tensor& x, const Rope& rope, const Tensor& context,
                         const Rope& context_rope);

    Embedding tokens_;
    std::vector<Layer> layers_;
    Linear out_;
    RmsNorm norm_;
};

}  // namespace easel::inference::cosmos
