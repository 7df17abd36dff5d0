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

    // The mask is 1 where to sample and has the shape of `latent`; `noise` is what the kept part is shown with,
    // undefined where it is shown as it is.
    MaskedDenoiser(const Denoiser& inner, MaskAt mask, Tensor latent, Tensor noise)
        : inner_(inner), mask_(std::move(mask)), latent_(std::move(latent)), noise_(std::move(noise)) {}

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
        const Tensor original =
            noise_.defined() ? parameterization().prediction->add_noise(latent_, noise_, sigma, /*full_noise=*/false)
                             : latent_;
        return x * mask + original * (1.0 - mask);
    }
    Tensor kept(const Tensor& picture, const Tensor& mask) const { return picture * mask + latent_ * (1.0 - mask); }

    const Denoiser& inner_;
    MaskAt mask_;
    Tensor latent_, noise_;
};

// `mask` with its values as thresholds on the share of the schedule that is left, blended with itself by `strength`.
// (nodes_differential_diffusion.py)
MaskedDenoiser::MaskAt timed_mask(Tensor mask, double strength, const NoiseLevels& levels, const Sigmas& sigmas);

}  // namespace easel::inference
