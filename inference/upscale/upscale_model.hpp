// What UPSCALE_MODEL links carry: a network that enlarges pictures, and the weights it runs on.
#pragma once

#include "inference/upscale/upscale_network.hpp"

#include <functional>
#include <memory>

namespace easel::inference {

class UpscaleModel {
public:
    UpscaleModel() = default;
    UpscaleModel(std::shared_ptr<const UpscaleNetwork> network, std::shared_ptr<WeightTable> weights)
        : network_(std::move(network)), weights_(std::move(weights)) {}

    int64_t scale() const { return network_->scale(); }

    // Enlarges `pixels` [batch, height, width, channels] in 0..1, in overlapping tiles of at most 512 pixels a side, or
    // of smaller ones when memory runs out. `on_tile` is told how many of all tiles are done.
    // (ImageUpscaleWithModel of the reference)
    Tensor upscale(const Tensor& pixels, const std::function<void(int64_t done, int64_t total)>& on_tile) const;

private:
    Tensor run(const Tensor& picture) const;

    std::shared_ptr<const UpscaleNetwork> network_;
    std::shared_ptr<WeightTable> weights_;
};

// The tensors of an upscale model as its architecture names them: wrappers that training programs put around them
// ("params_ema.", "module.") taken off. Throws ModelError when no architecture is recognised.
TensorMap upscale_tensors(const TensorMap& file, const std::string& origin);

// `w` holds what upscale_tensors returned.
UpscaleModel make_upscale_model(const Weights& w);

}  // namespace easel::inference
