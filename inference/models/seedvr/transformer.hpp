// SeedVR2 (Wang et al. 2025) restores a video in one step: a transformer over its cells and a fixed text, whose
// attention is within windows.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/models/model.hpp"
#include "inference/models/seedvr/windows.hpp"

#include <array>
#include <optional>
#include <vector>

namespace easel::inference::seedvr {

// One network for the cells of the video and one for the text, or the same for both.
enum class Side { video, text };

class Transformer final : public DiffusionModel {
public:
    // `w` is a file of the 3B or the 7B model.
    explicit Transformer(const Weights& w);

    Tensor predict(const NetworkInput& input) const override;
    // "condition" is the latent that is restored and a channel of ones, [batch, 17, frames, h, w].
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;

    // What stands for the prompt, [1, tokens, dim]; the file holds it.
    Tensor positive() const;
    Tensor negative() const;

private:
    // What both sides go through. All are [tokens, dim].
    struct Streams {
        Tensor video, text;
    };
    struct Modulation {
        Weight shift, scale, gate;  // [dim]; without a gate behind the last block
    };
    struct Part {  // of a block, for one side
        Linear qkv, out;
        RmsNorm q_norm, k_norm;
        Modulation attention, feed_forward;
        std::optional<Linear> gate;  // of the feed-forward layer's first half
        Linear in, back;

        explicit Part(const Weights& w, std::string_view side, bool has_feed_forward);
        Tensor fed(const Tensor& x) const;
    };
    struct Block {
        Part video;
        Part text;
        Weight frequencies;
        bool ends_text;  // the text is not needed behind it
    };
    // The embedded time: shift, scale and gate of attention and feed-forward layer, [6][dim].
    using Time = std::array<std::array<Tensor, 3>, 2>;
    struct Places {
        Rope video, text;
    };

    Time embedded(const Tensor& timestep) const;
    Places places(const Window& window, int64_t tokens, const Tensor& frequencies) const;
    Streams attended(const Block& block, const Streams& x, const std::array<int64_t, 3>& size, Shift shift) const;
    Streams run(const Block& block, const Streams& x, const Time& time, const std::array<int64_t, 3>& size,
                Shift shift) const;
    Tensor restored(const Tensor& x, const Tensor& condition, const Tensor& text, const Tensor& timestep) const;

    Weights weights_;
    bool is_large_;  // the 7B model turns cells by where they are in their window, and leaves the text alone
    Linear in_, out_;
    std::optional<Linear> text_in_;
    Linear time_in_, time_middle_, time_out_;
    std::vector<Block> blocks_;
    std::optional<RmsNorm> out_norm_;
    Modulation out_modulation_;
};

}  // namespace easel::inference::seedvr
