// What SAM 3.1 keeps of the frames of a film, and how a frame is seen in the light of it. Objects are dealt with by
// buckets of a fixed size; the last bucket's empty places hold zeros.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/rope.hpp"
#include "inference/vision/sam3/layers.hpp"

#include <vector>

namespace easel::inference::sam3 {

// [objects, ...] as [buckets, size, ...], and back.
Tensor into_buckets(const Tensor& x, int64_t size);
Tensor from_buckets(const Tensor& x, int64_t objects);
// Adds buckets of zeros.
Tensor with_buckets(const Tensor& x, int64_t buckets);

// Makes memories of what a frame shows and where objects were seen in it.
class MemoryEncoder {
public:
    explicit MemoryEncoder(const Weights& w);

    // `picture` [1, dim, h, w]; `masks` [buckets, channels, height, width]: [buckets, dim, h, w].
    Tensor operator()(const Tensor& picture, const Tensor& masks) const;

private:
    struct Stage {
        Conv2d shrink;
        LayerNorm norm;
    };
    struct Block {  // of ConvNeXt
        Weight depthwise, depthwise_bias, scale;
        LayerNorm norm;
        Linear in, out;

        explicit Block(const Weights& w);
        Tensor operator()(const Tensor& x) const;
    };

    std::vector<Stage> stages_;
    Conv2d last_, picture_;
    std::vector<Block> blocks_;
};

// What is remembered, one row for each bucket.
struct Memories {
    Tensor cells;           // [buckets, frames * cells, dim]
    Tensor pictures;        // [1, frames * cells, dim]: what the frames showed there
    Tensor places;          // [1, frames * cells, dim]
    Tensor pointers;        // [buckets, count, dim]: what the objects were like
    Tensor pointer_places;  // [buckets, count, dim]
};

// Lets the cells of a frame look at memories; keys are made of the memories and of what the frames showed.
class MemoryAttention {
public:
    explicit MemoryAttention(const Weights& w);

    // `cells` and `places` [1, height * width, dim]: [buckets, height * width, dim].
    Tensor operator()(const Tensor& cells, const Tensor& places, const Memories& memories, int64_t height,
                      int64_t width) const;

private:
    struct Layer {
        Linear self_q, self_k, self_v, self_out;
        Linear cross_q, cross_k, cross_v, cross_out, picture_q, picture_k;
        Linear in, out;
        LayerNorm norm1, norm2, norm3;

        explicit Layer(const Weights& w);
    };

    std::vector<Layer> layers_;
    LayerNorm norm_;
};

}  // namespace easel::inference::sam3
