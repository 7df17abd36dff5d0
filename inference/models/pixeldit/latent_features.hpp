// What PiD makes of the latent whose pixels it is to draw: features that go to the patches before some of the blocks,
// the less the noisier the latent is said to be. (LQProjection2D, SigmaAwareGate)
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"

#include <optional>
#include <vector>

namespace easel::inference::pixeldit {

class LatentFeatures {
public:
    // `w` has `lq_proj` and perhaps `pit_lq_gate`; `blocks` is how many blocks over patches there are.
    LatentFeatures(const Weights& w, int64_t blocks);

    // Features [batch, rows * columns, dim] for each gate, the last of them for what follows the blocks where there is
    // a gate there. Throws UserError for a latent of another number of channels.
    std::vector<Tensor> operator()(const Tensor& latent, int64_t rows, int64_t columns) const;

    // `patches` [batch, tokens, dim] before the block with this index; `noise` [batch].
    Tensor before_block(const Tensor& patches, const std::vector<Tensor>& features, const Tensor& noise,
                        int64_t block) const;
    Tensor behind_blocks(const Tensor& patches, const std::vector<Tensor>& features, const Tensor& noise) const;

    // The side of the grid of patches in training.
    int64_t trained_side() const { return last_gate_ ? 128 : 64; }

private:
    struct Gate {
        Linear content;
        Weight log_alpha;
        explicit Gate(const Weights& w) : content(w / "content_proj"), log_alpha(w["log_alpha"]) {}
        Tensor operator()(const Tensor& x, const Tensor& features, const Tensor& noise) const;
    };
    struct ResBlock {
        GroupNorm norm1, norm2;
        Conv2d conv1, conv2;
        explicit ResBlock(const Weights& w);
    };
    // Of the same size; later versions repeat the border instead of zeros.
    Tensor convolved(const Conv2d& conv, const Tensor& x) const;

    int64_t interval_;
    Conv2d in_, middle_;
    std::vector<ResBlock> blocks_;
    std::vector<Linear> heads_;
    std::vector<Gate> gates_;
    std::optional<Linear> last_head_;
    std::optional<Gate> last_gate_;
};

}  // namespace easel::inference::pixeldit
