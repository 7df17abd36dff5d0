#include "inference/sampling/masked_denoiser.hpp"

#include <algorithm>

namespace easel::inference {

MaskedDenoiser::MaskAt timed_mask(Tensor mask, double strength, const NoiseLevels& levels, const Sigmas& sigmas) {
    const float from = levels.timestep(sigmas.front());
    const float to = levels.timestep(std::max(sigmas.back(), levels.sigma_min()));
    return [=, mask = std::move(mask), &levels](float sigma) {
        const float left = (levels.timestep(sigma) - to) / (from - to);
        const Tensor taking_part = mask.ge(left).to(mask.scalar_type());
        return strength > 0 && strength < 1 ? strength * taking_part + (1.0 - strength) * mask : taking_part;
    };
}

}  // namespace easel::inference
