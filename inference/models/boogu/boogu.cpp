#include "inference/models/boogu/boogu.hpp"

#include "inference/weights/blocks_of.hpp"

namespace easel::inference::boogu {

Boogu::Boogu(const Weights& w)
    : weights_(w), trunk_(w, 1000.0), single_blocks_(blocks_of<omnigen2::Block>(w / "single_stream_layers")) {
    double_blocks_ = blocks_of<DoubleBlock>(w / "double_stream_layers");
}

Tensor Boogu::predict(const NetworkInput& input) const {
    omnigen2::Trunk::Begun begun = trunk_.begin(input);
    for (const DoubleBlock& block : double_blocks_)
        block(begun.text, begun.pictures, begun.rope, begun.time);
    Tensor x = at::cat({begun.text, begun.pictures}, 1);
    for (const omnigen2::Block& block : single_blocks_)
        x = block(x, begun.rope, begun.time);
    return trunk_.finish(x, begun, input);
}

}  // namespace easel::inference::boogu
