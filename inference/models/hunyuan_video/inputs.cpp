// What Hunyuan's networks read of a condition.
#include "inference/models/hunyuan_video/hunyuan_video.hpp"

#include "inference/sampling/concat_input.hpp"
#include "inference/sampling/given_frames.hpp"
#include "inference/vae/latent_format.hpp"

#include <algorithm>

namespace easel::inference::hunyuan_video {
namespace {

constexpr double usual_guidance = 6.0;
// The most of a picture that is to be gone over that is shown.
constexpr double most_shown = 0.75;

Tensor given_extra(const Condition& condition, std::string_view name) {
    const auto found = condition.extra.find(name);
    return found == condition.extra.end() ? Tensor() : found->second;
}

// 1 where frames are given.
Tensor frames_given(const Condition& condition, const SamplingTarget& target, bool rounds) {
    const std::optional<Tensor>& mask = mask_of(condition, target);
    if (!mask) return no_given_frames(target);
    return given_frames(rounds ? mask->round() : *mask, target);
}

// 1.0: a video to go on from, and perhaps which of its frames are given. (BaseModel.concat_cond)
Tensor video_to_continue(int64_t channels, const Condition& condition, const SamplingTarget& target) {
    Tensor video =
        condition.concat_latent_image ? target.format->to_model(*condition.concat_latent_image) : target.latent;
    if (video.sizes().slice(1) != target.shape.slice(1)) video = with_frames(fitted_to(video, target), target.shape[2]);
    video = spread_to_batch(video, target.shape[0]);
    if (channels <= target.format->channels) return video;
    return at::cat({video, frames_given(condition, target, true)}, 1);
}

// 1.5: the frames to begin with, and which they are. (HunyuanVideo15.concat_cond)
Tensor frames_to_begin_with(int64_t channels, const Condition& condition, const SamplingTarget& target) {
    std::vector<int64_t> shape = target.shape.vec();
    shape[1] = channels - 1;
    Tensor video = at::zeros(shape, at::kFloat);
    if (condition.concat_latent_image) {
        std::vector<Tensor> parts;
        for (const Tensor& part : fitted_to(*condition.concat_latent_image, target).split(target.format->channels, 1))
            parts.push_back(target.format->to_model(part));
        video = spread_to_batch(at::cat(parts, 1), target.shape[0]);
    }
    return at::cat({video, frames_given(condition, target, false)}, 1);
}

// A picture to go over again; noise comes to it where `noise` is not 0. (HunyuanImage21Refiner.concat_cond)
Tensor picture_to_refine(const Condition& condition, const SamplingTarget& target, double noise) {
    if (!condition.concat_latent_image) return at::zeros(target.shape, at::kFloat);
    const Tensor picture = target.format->to_model(fitted_to(*condition.concat_latent_image, target));
    return spread_to_batch(picture, target.shape[0]) * std::min(1.0 - noise, most_shown);
}

// A first frame, its mask, a video to go over again and its mask, which are not scaled.
// (HunyuanVideo15_SR_Distilled.concat_cond)
Tensor video_to_refine(const Condition& condition, const SamplingTarget& target, double noise) {
    const int64_t channels = target.shape[1];
    std::vector<int64_t> shape = target.shape.vec();
    shape[1] = 2 * channels + 2;
    if (!condition.concat_latent_image) return at::zeros(shape, at::kFloat);
    Tensor video = spread_to_batch(fitted_to(*condition.concat_latent_image, target), target.shape[0]).clone();
    video.narrow(1, channels + 1, channels).mul_(std::min(1.0 - noise, most_shown));
    return video;
}

}  // namespace

Tensor beside_noise(Kind kind, int64_t channels, const Condition& condition, const SamplingTarget& target) {
    const Tensor noise = given_extra(condition, "noise_augmentation");
    const double share = noise.defined() ? noise.item<double>() : 0.0;
    switch (kind) {
    case Kind::image:
        return {};
    case Kind::refiner:
        return picture_to_refine(condition, target, share);
    case Kind::enlarger15:
        return video_to_refine(condition, target, share);
    case Kind::video15:
        return channels > 1 ? frames_to_begin_with(channels, condition, target) : Tensor();
    case Kind::video:
        return channels > 0 ? video_to_continue(channels, condition, target) : Tensor();
    }
    return {};
}

void HunyuanVideo::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.context_repeats = false;
    if (vector_in_ && condition.pooled) input.vector = *condition.pooled;
    if (const auto& mask = condition.attention_mask; mask && mask->eq(0).any().item<bool>())
        input.attention_mask = *mask;
    if (!condition.without_guidance)
        input.guidance = at::full({1}, condition.guidance.value_or(usual_guidance), at::kFloat);
    input.concat = beside_noise(kind_, concat_channels(), condition, target);

    const auto take = [&](const char* theirs, const char* name) {
        if (const Tensor value = given_extra(condition, theirs); value.defined()) input.extra[name] = value;
    };
    if (glyphs_in_) take("byt5_states", "glyphs");
    if (pictures_in_) take("picture_states", "picture_features");
    if (kind_ == Kind::video) {
        take("guiding_frame", "guiding_frame");
        if (const Tensor reference = given_extra(condition, "reference_video"); reference.defined())
            input.extra["reference_latent"] = target.format->to_model(reference);
    }
    const bool adds_noise = kind_ == Kind::refiner || kind_ == Kind::enlarger15;
    const Tensor noise = given_extra(condition, "noise_augmentation");
    if (adds_noise && condition.concat_latent_image && noise.defined() && noise.item<double>() > 0.0)
        input.extra["noise_augmentation"] = noise;
}

}  // namespace easel::inference::hunyuan_video
