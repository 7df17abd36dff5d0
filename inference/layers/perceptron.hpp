// Multilayer perceptrons.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/weights/blocks_of.hpp"

#include <vector>

namespace easel::inference {

// Linear layers `layers.0`, `layers.1`, ... with an activation between them.
template <Tensor (*activation)(const Tensor&)>
struct Perceptron {
    std::vector<Linear> layers;

    explicit Perceptron(const Weights& w) : layers(blocks_of<Linear>(w / "layers")) {}

    Tensor operator()(const Tensor& x) const {
        Tensor y = layers.front()(x);
        for (std::size_t i = 1; i < layers.size(); ++i)
            y = layers[i](activation(y));
        return y;
    }
};

}  // namespace easel::inference
