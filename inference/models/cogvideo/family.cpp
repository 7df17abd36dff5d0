// CogVideoX: text, pictures or masked videos to videos; VOID is one of its inpainting networks.
#include "inference/models/family.hpp"

#include "inference/models/cogvideo/cogvideo.hpp"
#include "inference/sampling/float_math.hpp"

#include <cmath>

namespace easel::inference {
namespace {

// The velocity of x = sqrt(a) picture + sqrt(1 - a) noise with a = 1 / (1 + sigma^2), where the network is shown x as
// it is. (V_PREDICTION_DDPM)
class PlainVelocity : public Prediction {
public:
    Tensor network_input(const Tensor& x, float) const override { return x; }

    Tensor denoised(const Tensor& output, const Tensor& x, float sigma) const override {
        const float deviation = std::sqrt(sigma * sigma + 1.0f);
        return x / deviation - output * sigma / deviation;
    }

    Tensor add_noise(const Tensor& latent, const Tensor& noise, float sigma, bool full_noise) const override {
        return noise * (full_noise ? std::sqrt(1.0f + sigma * sigma) : sigma) + latent;
    }
    Tensor remove_noise_scaling(const Tensor& x, float) const override { return x; }

    float half_log_snr(float sigma) const override { return -float_math::log(sigma); }
    float sigma_of_half_log_snr(float half_log_snr) const override { return float_math::exp(-half_log_snr); }
};

LatentFormat cogvideo_latent_format(const Weights& w) {
    constexpr int64_t large_width = 48 * 64;
    const bool is_large = w["blocks.0.norm1.linear.weight"].size(0) / 6 >= large_width;
    return {.channels = 16, .dimensions = 3, .temporal_downscale_ratio = 4, .scale = is_large ? 0.7 : 1.15258426};
}

}  // namespace

void register_cogvideo(Families& families) {
    families.push_back({
        .name = "cogvideox",
        .matches =
            [](const Weights& w) {
                return w.contains("blocks.0.norm1.linear.weight") && w.contains("patch_embed.text_proj.weight");
            },
        .build = [](const Weights& w) -> std::unique_ptr<DiffusionModel> {
            return std::make_unique<cogvideo::CogVideo>(w);
        },
        .parameterization =
            [](const Weights&) {
                return Parameterization{std::make_shared<PlainVelocity>(),
                                        discrete_levels(zero_terminal_snr(scaled_linear_sigmas()))};
            },
        .latent_format = cogvideo_latent_format,
        .vae_prefix = "vae.",
    });
}

}  // namespace easel::inference
