#include "inference/models/wan/start_frames.hpp"

#include "inference/image/resize.hpp"
#include "inference/vae/latent_format.hpp"

#include <algorithm>

namespace easel::inference::wan {
namespace {

constexpr int64_t frames_per_latent = 4;

int64_t latent_frames(int64_t frames) { return (frames - 1) / frames_per_latent + 1; }

Tensor grey_video(const VideoSize& size) { return at::full({size.frames, size.height, size.width, 3}, 0.5f); }

// Copies as many channels as the video has.
void put(Tensor frames, const Tensor& pixels) { frames.copy_(pixels.slice(3, 0, 3)); }

}  // namespace

Tensor fitted(const Tensor& pixels, const VideoSize& size) {
    return resize_image(pixels.slice(0, 0, size.frames), size.width, size.height, "bilinear", Crop::center);
}

Tensor empty_video(int64_t batch, int64_t channels, int64_t ratio, const VideoSize& size) {
    return at::zeros({batch, channels, latent_frames(size.frames), size.height / ratio, size.width / ratio});
}

GivenFrames given_first(const Vae& vae, const Tensor& first, const VideoSize& size) {
    const Tensor pictures = fitted(first, size);
    const Tensor video = grey_video(size);
    put(video.narrow(0, 0, pictures.size(0)), pictures);
    const Tensor latent = vae.encode(video);
    Tensor mask = at::ones({1, 1, latent_frames(size.frames), latent.size(-2), latent.size(-1)});
    mask.narrow(2, 0, latent_frames(pictures.size(0))).zero_();
    return {.latent = latent, .mask = mask};
}

GivenFrames given_ends(const Vae& vae, const std::optional<Tensor>& first, const std::optional<Tensor>& last,
                       const VideoSize& size) {
    const Tensor video = grey_video(size);
    const int64_t ratio = vae.downscale_ratio();
    // One entry for each frame, the first frame's four times: it is a latent frame of its own.
    const Tensor mask = at::ones(
        {1, 1, latent_frames(size.frames) * frames_per_latent, size.height / ratio, size.width / ratio});
    if (first) {
        const Tensor pictures = fitted(*first, size);
        put(video.narrow(0, 0, pictures.size(0)), pictures);
        mask.slice(2, 0, pictures.size(0) + frames_per_latent - 1).zero_();
    }
    if (last) {
        const int64_t count = std::min(last->size(0), size.frames);
        put(video.slice(0, -count), fitted(last->slice(0, -count), size));
        mask.slice(2, -count).zero_();
    }
    return {.latent = vae.encode(video), .mask = mask.unflatten(2, {-1, frames_per_latent}).squeeze(1).transpose(1, 2)};
}

LatentImage start_latent(const Vae& vae, const std::optional<Tensor>& first, const VideoSize& size, int64_t batch) {
    const LatentFormat format = wan22_latent_format();
    const Tensor empty = empty_video(1, format.channels, format.downscale_ratio, size);
    if (!first) return {.samples = empty};
    const Tensor encoded = vae.encode(fitted(*first, size));
    Tensor latent = empty.clone(), mask = at::ones_like(empty.slice(1, 0, 1));
    latent.narrow(2, 0, encoded.size(2)).copy_(encoded);
    mask.narrow(2, 0, encoded.size(2)).zero_();
    latent = format.from_model(latent) * mask + latent * (1.0 - mask);
    return {.samples = latent.repeat({batch, 1, 1, 1, 1}), .noise_mask = mask.repeat({batch, 1, 1, 1, 1})};
}

}  // namespace easel::inference::wan
