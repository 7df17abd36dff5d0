#include "inference/models/cosmos/start_latent.hpp"

#include "inference/image/resize.hpp"

#include <algorithm>

namespace easel::inference::cosmos {
namespace {

// The latent frames of `pictures`, which count in eights whatever the autoencoder does. So many more eights of grey are
// encoded behind them.
Tensor encoded(const Vae& vae, const Tensor& pictures, const StartVideo& video, int64_t more) {
    constexpr int64_t together = 8;
    constexpr double grey = 0.5;
    const Tensor fitted = resize_image(pictures.slice(0, 0, video.frames).slice(3, 0, 3), video.width, video.height,
                                       "bilinear", Crop::center);
    const int64_t latents = (fitted.size(0) - 1) / together + 1;
    const int64_t padded = std::min(video.frames, (latents + more) * together - (together - 1));
    const Tensor rest = at::full({std::max<int64_t>(0, padded - fitted.size(0)), video.height, video.width, 3}, grey);
    return vae.encode(at::cat({fitted, rest})).slice(2, 0, latents);
}

}  // namespace

LatentImage start_latent(const Vae& vae, const std::optional<Tensor>& first, const std::optional<Tensor>& last,
                         const StartVideo& video) {
    constexpr int64_t channels = 16, ratio = 8;
    const Tensor latent = at::zeros(
        {1, channels, (video.frames - 1) / video.frames_per_latent + 1, video.height / ratio, video.width / ratio});
    if (!first && !last) return {.samples = latent};
    const Tensor mask = at::ones_like(latent.slice(1, 0, 1));
    const auto put = [&](const Tensor& given, int64_t from, int64_t to) {
        latent.slice(2, from, to).copy_(given);
        mask.slice(2, from, to).zero_();
    };
    if (first) {
        const Tensor given = encoded(vae, *first, video, /*more=*/1);
        put(given, 0, given.size(2));
    }
    if (last) {
        const Tensor given = encoded(vae, *last, video, /*more=*/0);
        put(given, latent.size(2) - given.size(2), latent.size(2));
    }
    return {.samples = latent, .noise_mask = mask};
}

}  // namespace easel::inference::cosmos
