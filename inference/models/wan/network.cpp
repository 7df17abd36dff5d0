#include "inference/models/wan/network.hpp"

#include "inference/image/resize.hpp"
#include "inference/layers/frames.hpp"
#include "inference/sampling/concat_input.hpp"
#include "inference/vae/latent_format.hpp"

namespace easel::inference::wan {
namespace {

constexpr int64_t mask_channels = 4;

// Every frame [batch * frames, channels, h, w] at the size of the latent.
Tensor resized(const Tensor& video, at::IntArrayRef shape) {
    if (video.size(-1) == shape[4] && video.size(-2) == shape[3]) return video;
    const Tensor pictures = resize(video_to_frames(video), shape[4], shape[3], "bilinear", Crop::center);
    return frames_to_video(pictures, video.size(2));
}

// The picture to begin with, and which of the frames it stands for. (WAN21.concat_cond)
Tensor picture_beside_noise(const Condition& condition, const SamplingTarget& target, int64_t channels,
                            bool sees_pictures) {
    const int64_t batch = target.shape[0], of_latent = target.format->channels;
    std::vector<int64_t> shape = target.shape.vec();
    shape[1] = channels;
    Tensor picture = at::zeros(shape, at::kFloat);
    if (condition.concat_latent_image) {
        std::vector<Tensor> parts;
        for (const Tensor& part : resized(*condition.concat_latent_image, target.shape).split(of_latent, 1))
            parts.push_back(target.format->to_model(part));
        picture = spread_to_batch(at::cat(parts, 1), batch);
    }
    const bool has_room_for_mask = channels == picture.size(1) + mask_channels;
    if (!has_room_for_mask && (!sees_pictures || channels == picture.size(1))) return picture;
    picture = picture.slice(1, 0, channels - mask_channels);

    const std::optional<Tensor>& known = mask_of(condition, target);
    shape[1] = mask_channels;
    if (!known) return at::cat({at::zeros(shape, at::kFloat), picture}, 1);
    const Tensor before = given(condition, "channels_before_mask");
    const int64_t place = before.defined() ? before.item<int64_t>() : 0;
    return at::cat({picture.slice(1, 0, place), kept_channels(*known, target.shape), picture.slice(1, place)}, 1);
}

}  // namespace

Tensor given(const Condition& condition, std::string_view name) {
    const auto found = condition.extra.find(name);
    return found == condition.extra.end() ? Tensor() : found->second;
}

Tensor kept_channels(const Tensor& mask, at::IntArrayRef shape) {
    Tensor kept = resized(1.0 - (mask.size(1) == mask_channels ? mask : mask.mean(1, true)), shape);
    if (kept.size(2) < shape[2]) kept = at::constant_pad_nd(kept, {0, 0, 0, 0, 0, shape[2] - kept.size(2)});
    if (kept.size(1) == 1) kept = kept.expand({-1, mask_channels, -1, -1, -1});
    return spread_to_batch(kept, shape[0]);
}

void Network::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    if (concat_channels() > 0)
        input.concat = picture_beside_noise(condition, target, concat_channels(), trunk_.picture_in.has_value());
    if (const Tensor features = given(condition, "picture_features"); features.defined())
        input.extra["picture_features"] = features;
}

Tensor Network::seen(const NetworkInput& input) const {
    return padded(input.concat.defined() ? at::cat({input.x, input.concat}, 1) : input.x);
}

std::size_t Network::activation_bytes(at::IntArrayRef latent) const {
    // The stream, its projections and the feed forward network, four to five times as wide: about sixteen tensors.
    constexpr int64_t cells_a_token = 4;
    const int64_t tokens = latent[2] * latent[3] * latent[4] / cells_a_token;
    return static_cast<std::size_t>(latent[0] * tokens * trunk_.dim() * 16) *
           c10::elementSize(trunk_.weights.compute_dtype());
}

}  // namespace easel::inference::wan
