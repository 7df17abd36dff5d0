#include "inference/models/omnigen2/omnigen2.hpp"

namespace easel::inference::omnigen2 {

Tensor OmniGen2::predict(const NetworkInput& input) const {
    const Trunk::Begun begun = trunk_.begin(input);
    Tensor x = at::cat({begun.text, begun.pictures}, 1);
    for (const Block& layer : layers_)
        x = layer(x, begun.rope, begun.time);
    return trunk_.finish(x, begun, input);
}

}  // namespace easel::inference::omnigen2
