#include "inference/models/boogu/boogu.hpp"

namespace easel::inference::boogu {

Boogu::Boogu(const Weights& w)
    : weights_(w), trunk_(w, 1000.0), single_blocks_(omnigen2::blocks(w / "single_stream_layers")) {
    const Weights layers = w / "double_stream_layers";
    for (int64_t i = 0; i < layers.count(); ++i)
        double_blocks_.emplace_back(layers / i);
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
