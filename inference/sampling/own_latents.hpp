// For networks that have ways of their own with the latents that are sampled.
#pragma once

#include "inference/sampling/latent_image.hpp"
#include "inference/sampling/stream_flow.hpp"

namespace easel::inference {

// A network that makes several things at once.
class MakesStreams {
public:
    virtual ~MakesStreams() = default;
    // An empty latent of the first thing with those of the others beside it.
    virtual LatentImage with_streams(LatentImage empty) const = 0;
};

// What is kept of a masked latent at a level, as samplers hold all of these.
struct KeptLatent {
    const Tensor& x;       // what is being sampled
    const Tensor& mask;    // 1 where to sample
    const Tensor& latent;  // what is to be kept
    const Tensor& noise;
    float sigma;
    const StreamShapes& shapes;
    const StreamFlow* flow;  // null: the levels are those of another prediction
};

class ShowsKeptLatent {
public:
    virtual ~ShowsKeptLatent() = default;
    // What the network is shown in place of x where it is not to sample.
    virtual Tensor shown(const KeptLatent& kept) const = 0;
};

}  // namespace easel::inference
