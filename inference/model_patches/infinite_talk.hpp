// MultiTalk (Kong et al. 2025) and InfiniteTalk (Yang et al. 2025): attention to speech in the blocks of a Wan that
// starts from a picture, so that one or two people of the picture speak.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/model_patches/model_patch.hpp"
#include "inference/models/model.hpp"

#include <memory>
#include <vector>

namespace easel::inference {

class InfiniteTalk final : public ModelPatch {
public:
    explicit InfiniteTalk(const Weights& w);

    // What is said around `frames` frames from `first` on, 25 a second: [latent frames, tokens, width]. `speakers` are
    // [moments, layers, dim] each; where the sound has ended its first moment is heard.
    Tensor speech_tokens(const std::vector<Tensor>& speakers, int64_t first, int64_t frames) const;

    // What a block's tokens [batch, tokens, dim] hear, [batch, tokens, dim]. `places` [batch, tokens] says where tokens
    // are among two speakers; undefined for one.
    Tensor heard(int64_t block, const Tensor& x, const Tensor& speech, const Tensor& places) const;

    int64_t blocks() const { return static_cast<int64_t>(blocks_.size()); }
    int64_t width() const { return blocks_.front().q.in_features(); }

private:
    struct Block {
        LayerNorm norm;
        Linear q, kv, out;

        explicit Block(const Weights& w);
    };

    Weights weights_;
    Linear first_in_, later_in_, hidden_, out_;
    LayerNorm norm_;
    std::vector<Block> blocks_;
};

struct Talk {
    Tensor speech;  // InfiniteTalk::speech_tokens
    Tensor masks;   // [2, rows * columns]: which patches of the first frame show which speaker; undefined for one
    Tensor first_latents;  // what the video begins with, as the autoencoder has it
    double strength = 1.0;
    bool keeps_first = false;  // the result begins with these as well
};
// Throws UserError when `model` is no Wan of the patch's width. (WanInfiniteTalkToVideo)
Model with_talk(const Model& model, std::shared_ptr<const InfiniteTalk> network, Talk talk);

}  // namespace easel::inference
