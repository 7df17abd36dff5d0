// Sampling of a part of a latent: outside the mask the model always sees, and the result always has, the given picture.
#pragma once

#include "inference/sampling/sampler.hpp"

#include <functional>
#include <utility>

namespace easel::inference {

class MaskedDenoiser : public Denoiser {
public:
    // The mask that counts at a level.
    using MaskAt = std::function<Tensor(float sigma)>;

    // What the model sees of the kept part, where the network has a way of its own.
    using KeptAt = std::function<Tensor(const Tensor& x, float sigma, const Tensor& mask)>;

    // The mask is 1 where to sample and has the shape of `latent`; `noise` is what the kept part is shown with,
    // undefined where the network is to see it without noise.
    MaskedDenoiser(const Denoiser& inner, MaskAt mask, Tensor latent, Tensor noise, KeptAt kept_at = {})
        : inner_(inner), mask_(std::move(mask)), kept_at_(std::move(kept_at)), latent_(std::move(latent)),
          noise_(std::move(noise)) {}

    Tensor operator()(const Tensor& x, float sigma) const override {
        const Tensor mask = mask_(sigma);
        return kept(inner_(shown(x, sigma, mask), sigma), mask);
    }

    // The prediction without prompt stays unmasked, as in the reference.
    Guided guided(const Tensor& x, float sigma) const override {
        const Tensor mask = mask_(sigma);
        const Guided result = inner_.guided(shown(x, sigma, mask), sigma);
        return {.denoised = kept(result.denoised, mask), .uncond = result.uncond};
    }

    const Parameterization& parameterization() const override { return inner_.parameterization(); }

private:
    Tensor shown(const Tensor& x, float sigma, const Tensor& mask) const {
        return x * mask + original(x, sigma, mask) * (1.0 - mask);
    }
    // Without noise, what the network then sees is what it sees of the latent at level 0.
    Tensor original(const Tensor& x, float sigma, const Tensor& mask) const {
        if (kept_at_) return kept_at_(x, sigma, mask);
        const Prediction& prediction = *parameterization().prediction;
        if (noise_.defined()) return prediction.add_noise(latent_, noise_, sigma, /*full_noise=*/false);
        return prediction.network_input(latent_, 0.0f) / prediction.network_input(at::ones({1}), sigma).item<float>();
    }
    Tensor kept(const Tensor& picture, const Tensor& mask) const { return picture * mask + latent_ * (1.0 - mask); }

    const Denoiser& inner_;
    MaskAt mask_;
    KeptAt kept_at_;
    Tensor latent_, noise_;
};

// `mask` with its values as thresholds on the share of the schedule that is left, blended with itself by `strength`.
// (nodes_differential_diffusion.py)
MaskedDenoiser::MaskAt timed_mask(Tensor mask, double strength, const NoiseLevels& levels, const Sigmas& sigmas);

}  // namespace easel::inference
