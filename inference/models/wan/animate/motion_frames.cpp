#include "inference/models/wan/animate/motion_frames.hpp"

#include "inference/image/resize.hpp"

namespace easel::inference::wan {

Tensor fitted_by_area(const Tensor& pixels, const VideoSize& size) {
    return resize_image(pixels.slice(0, 0, size.frames), size.width, size.height, "area", Crop::center).slice(3, 0, 3);
}

Tensor frames_from(const Tensor& video, int64_t first, const VideoSize& size) {
    if (video.size(0) <= first) return {};
    const Tensor frames = fitted_by_area(video.slice(0, first), size);
    const int64_t missing = size.frames - frames.size(0);
    return missing == 0 ? frames : at::cat({frames, frames.slice(0, -1).expand({missing, -1, -1, -1})});
}

Continued continued(const std::optional<Tensor>& before, int64_t most, const VideoSize& size) {
    Continued video{.pixels = at::full({size.frames, size.height, size.width, 3}, 0.5f)};
    if (!before) return video;
    const Tensor known = fitted_by_area(before->slice(0, -most).slice(0, -size.frames), size);
    video.known = known.size(0);
    video.pixels.narrow(0, 0, video.known).copy_(known);
    return video;
}

Tensor character(const Vae& vae, const std::optional<Tensor>& picture, const VideoSize& size) {
    return vae.encode(picture ? fitted_by_area(*picture, size) : at::zeros({1, size.height, size.width, 3}));
}

}  // namespace easel::inference::wan
