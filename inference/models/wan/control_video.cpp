#include "inference/models/wan/control_video.hpp"

#include "inference/image/resize.hpp"
#include "inference/vae/latent_format.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference::wan {
namespace {

constexpr int64_t frames_together = 4;  // in one frame of a latent

Tensor encoded(const Vae& vae, const Tensor& pixels) { return vae.encode(pixels.slice(3, 0, 3)); }

// Puts as many frames as there is room for at the beginning of `latent`.
void begin_with(const Tensor& latent, const Tensor& frames) {
    const int64_t count = std::min(latent.size(2), frames.size(2));
    latent.narrow(2, 0, count).copy_(frames.narrow(2, 0, count));
}

// Pixels as channels of the cell that they are in: [frames, h, w] -> [1, 64, latent frames, h / 8, w / 8].
Tensor mask_cells(const Tensor& mask) {
    constexpr int64_t cell = 8;
    const Tensor channels = at::pixel_unshuffle(mask.unsqueeze(1), cell).transpose(0, 1).unsqueeze(0);
    const int64_t frames = (mask.size(0) - 1) / frames_together + 1;
    return at::_upsample_nearest_exact3d(channels, {frames, channels.size(3), channels.size(4)});
}

}  // namespace

Tensor empty_latent(at::IntArrayRef shape) {
    const LatentFormat format = shape[1] == 48 ? wan22_latent_format() : wan21_latent_format();
    return format.from_model(at::zeros(shape));
}

Tensor followed_video(const Vae& vae, const std::optional<Tensor>& control, const std::optional<Tensor>& first,
                      const VideoSize& size, int64_t batch) {
    const Tensor empty = empty_latent(empty_video(batch, vae.latent_channels(), vae.downscale_ratio(), size).sizes());
    Tensor followed = empty.clone(), begun = empty.clone();
    if (control) begin_with(followed, encoded(vae, fitted(*control, size)));
    if (first) begin_with(begun, encoded(vae, fitted(*first, size)));
    return at::cat({followed, begun}, 1);
}

Tensor video_from(const Vae& vae, const std::optional<Tensor>& first, const VideoSize& size, int64_t batch) {
    const Tensor video =
        empty_latent(empty_video(batch, vae.latent_channels(), vae.downscale_ratio(), size).sizes()).clone();
    if (first) begin_with(video, encoded(vae, fitted(*first, size)));
    return video;
}

Tensor mask_after(int64_t given, at::IntArrayRef latent) {
    const Tensor mask = at::ones({1, latent[2] * frames_together, latent[3], latent[4]});
    if (given > 0) mask.slice(1, 0, given + frames_together - 1).zero_();
    return mask.unflatten(1, {-1, frames_together}).transpose(1, 2);
}

KeptVideo kept_video(const Vae& vae, const std::optional<Tensor>& video, const std::optional<Tensor>& mask,
                     const std::optional<Tensor>& reference, const VideoSize& size) {
    constexpr double grey = 0.5;
    const auto missing = [&](const Tensor& frames) { return size.frames - frames.size(0); };
    Tensor seen = video ? fitted(*video, size) : at::full({size.frames, size.height, size.width, 3}, grey);
    seen = at::constant_pad_nd(seen, {0, 0, 0, 0, 0, 0, 0, missing(seen)}, grey);
    Tensor changes = mask ? fitted(mask->unsqueeze(-1), size) : at::ones({size.frames, size.height, size.width, 1});
    changes = at::constant_pad_nd(changes, {0, 0, 0, 0, 0, 0, 0, missing(changes)}, 1.0);

    const Tensor centred = seen - grey;
    const Tensor stays = encoded(vae, centred * (1 - changes) + grey);
    const Tensor may_change = encoded(vae, centred * changes + grey);
    Tensor latent = at::cat({stays, may_change}, 1), cells = mask_cells(changes.squeeze(-1));
    int64_t references = 0;
    if (reference) {
        const Tensor picture = encoded(vae, fitted(reference->slice(0, 0, 1), size));
        references = picture.size(2);
        latent = at::cat({at::cat({picture, empty_latent(picture.sizes())}, 1), latent}, 2);
        cells = at::cat({at::zeros_like(cells.slice(2, 0, references)), cells}, 2);
    }
    return {.latent = at::cat({latent, cells}, 1), .reference_frames = references};
}

Tensor subjects(const Vae& vae, const Tensor& pictures, const VideoSize& size) {
    std::vector<Tensor> frames;
    for (const Tensor& picture : fitted(pictures, size).split(1))
        frames.push_back(encoded(vae, picture));
    return at::cat(frames, 2);
}

Tensor within(const Tensor& video, int64_t longest) {
    constexpr int64_t step = 16;
    const double h = static_cast<double>(video.size(1)), w = static_cast<double>(video.size(2));
    const double scale = std::min(static_cast<double>(longest) / std::max(h, w), 1.0);
    // Halves go to the even number, as Python rounds.
    const auto side = [&](double of) {
        return std::max(step, static_cast<int64_t>(std::nearbyint(of * scale / step)) * step);
    };
    return resize_image(video.slice(3, 0, 3), side(w), side(h), "area");
}

}  // namespace easel::inference::wan
