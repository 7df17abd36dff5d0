// What Wan Animate's nodes have in common: a character's picture, and the video that the new one goes on from.
#pragma once

#include "inference/models/wan/start_frames.hpp"

#include <optional>

namespace easel::inference::wan {

// All pictures are [count, h, w, channels]; those of another size are reduced by areas and cut around their centres.
Tensor fitted_by_area(const Tensor& pixels, const VideoSize& size);

// From frame `first` on as many frames as the video has; the last one stays. Undefined when there is none left.
Tensor frames_from(const Tensor& video, int64_t first, const VideoSize& size);

// A video that begins with the last `most` of `before`, grey behind them.
struct Continued {
    Tensor pixels;      // [frames, h, w, 3]
    int64_t known = 0;  // frames
    int64_t known_latents() const { return known == 0 ? 0 : (known - 1) / 4 + 1; }
    // Pictures that the latent frames of the known ones stand for.
    int64_t known_pictures() const { return known == 0 ? 0 : known_latents() * 4 - 3; }
};
Continued continued(const std::optional<Tensor>& before, int64_t most, const VideoSize& size);

// The character's picture, black where there is none.
Tensor character(const Vae& vae, const std::optional<Tensor>& picture, const VideoSize& size);

}  // namespace easel::inference::wan
