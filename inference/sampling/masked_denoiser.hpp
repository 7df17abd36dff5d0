// Sampling of a part of a latent: outside the mask the model always sees, and the result always has, the given picture.
#pragma once

#include "inference/sampling/sampler.hpp"

namespace easel::inference {

class MaskedDenoiser : public Denoiser {
public:
    // `mask` is 1 where to sample and has the shape of `latent`; `noise` is what the kept part is shown with.
    MaskedDenoiser(const Denoiser& inner, Tensor mask, Tensor latent, Tensor noise)
        : inner_(inner), mask_(std::move(mask)), latent_(std::move(latent)), noise_(std::move(noise)) {}

    Tensor operator()(const Tensor& x, float sigma) const override { return kept(inner_(shown(x, sigma), sigma)); }

    // The prediction without prompt stays unmasked, as in the reference.
    Guided guided(const Tensor& x, float sigma) const override {
        const Guided result = inner_.guided(shown(x, sigma), sigma);
        return {.denoised = kept(result.denoised), .uncond = result.uncond};
    }

    const Parameterization& parameterization() const override { return inner_.parameterization(); }

private:
    Tensor shown(const Tensor& x, float sigma) const {
        const Tensor original = parameterization().prediction->add_noise(latent_, noise_, sigma, /*full_noise=*/false);
        return x * mask_ + original * (1.0 - mask_);
    }
    Tensor kept(const Tensor& picture) const { return picture * mask_ + latent_ * (1.0 - mask_); }

    const Denoiser& inner_;
    Tensor mask_, latent_, noise_;
};

}  // namespace easel::inference
