// The blocks of Stable Cascade's networks (Würstchen, Pernias et al. 2023): convolutions as in ConvNeXt V2, attention
// to the prompt and the pixels, and scales and shifts that follow the time. Activations are [batch, channels, height,
// width] with channels innermost in memory.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/weights/weights.hpp"

#include <variant>
#include <vector>

namespace easel::inference::cascade {

// Normalised over the channels of each pixel, with nothing learned.
Tensor normalised(const Tensor& x);
// Resized so that corners stay corners.
Tensor stretched(const Tensor& x, at::IntArrayRef size);

// Two layers over the channels of a pixel; between them channels are weighed by how strong they are in the whole
// picture.
struct ChannelMixing {
    Linear in, out;
    Weight gamma, beta;  // [1, 1, 1, 4 * channels]

    explicit ChannelMixing(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

struct ConvBlock {
    Weight depthwise, depthwise_bias;  // [channels, 1, 3, 3], [channels]
    ChannelMixing mixing;

    explicit ConvBlock(const Weights& w);
    // `skip`, where defined, is what the way down has left at this resolution.
    Tensor operator()(const Tensor& x, const Tensor& skip) const;
};

struct FeedForwardBlock {
    ChannelMixing mixing;

    explicit FeedForwardBlock(const Weights& w) : mixing(w / "channelwise") {}
    Tensor operator()(const Tensor& x) const { return x + mixing(normalised(x)); }
};

// Of the pixels to themselves and the prompt, with heads of 64 channels.
struct AttentionBlock {
    Linear context;
    std::vector<Linear> separate;  // queries, keys and values
    Weight joined, joined_bias;    // or all three in one matrix, as files of the first release have them
    Linear out;

    explicit AttentionBlock(const Weights& w);
    // `prompt` [batch, tokens, dim].
    Tensor operator()(const Tensor& x, const Tensor& prompt) const;

private:
    // Layer `index` of queries, keys and values.
    Tensor projected(const Tensor& x, std::size_t index) const;
};

struct TimeBlock {
    std::vector<Linear> scales;  // for the time, and for each of the numbers beside it

    explicit TimeBlock(const Weights& w);
    // `times` [batch, numbers * dim]: each as sines and cosines.
    Tensor operator()(const Tensor& x, const Tensor& times) const;
};

using Block = std::variant<ConvBlock, FeedForwardBlock, AttentionBlock, TimeBlock>;
// Which one it is follows from its weights.
Block make_block(const Weights& w);

}  // namespace easel::inference::cascade
