// What CONTROL_NET links carry, and what conditioning nodes hang on conditions: control networks with their pictures,
// one after the other.
#pragma once

#include "inference/control/control_network.hpp"
#include "inference/models/model.hpp"
#include "inference/vae/vae.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace easel::inference {

class ControlNet {
public:
    // An empty handle, for fields that are filled later; only assignment is allowed.
    ControlNet() = default;
    explicit ControlNet(std::shared_ptr<const ControlNetwork> network) : network_(std::move(network)) {}

    const ControlNetwork& network() const { return *network_; }
    const std::vector<int64_t>& types() const { return types_; }
    // What kinds of picture a union network is given; none lets it find out.
    ControlNet with_types(std::vector<int64_t> types) const;

private:
    std::shared_ptr<const ControlNetwork> network_;
    std::vector<int64_t> types_;
};

// A control network with its picture. Shared by conditions; what it made ready is kept, so that it belongs to the
// thread that runs inference.
struct AppliedControl {
    ControlNet net;
    Tensor picture;  // [batch, channels, height, width] in 0..1
    double strength = 1.0;
    double start_percent = 0.0, end_percent = 1.0;  // of the schedule
    std::optional<Vae> vae = {};
    std::optional<Tensor> mask = {};  // [batch, 1, h, w]: what is put behind the channels of the encoded picture
    std::shared_ptr<const AppliedControl> previous = {};

    struct Ready {
        Tensor hint;  // for latents of this size
        int64_t rows = 0, columns = 0;
        ControlResiduals residuals = {};  // of constant networks, for batches of this size, before the strength
        int64_t batch = 0;
    };
    mutable Ready ready = {};
};

// What the chain adds at this level: `x` [batch, ...] is what the sampler holds, made of `conditions` conditions whose
// inputs are joined in `inputs`. Null when none of them counts at this level. Throws UserError when a network lacks a
// VAE.
std::shared_ptr<const ControlResiduals> evaluate_controls(const AppliedControl& control, const Model& model,
                                                          const Tensor& x, float sigma, const NetworkInput& inputs,
                                                          int64_t conditions);

}  // namespace easel::inference
