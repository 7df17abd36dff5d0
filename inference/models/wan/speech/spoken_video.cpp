#include "inference/models/wan/speech/spoken_video.hpp"

#include "inference/models/wan/control_video.hpp"
#include "inference/models/wan/speech/sound_features.hpp"

namespace easel::inference::wan {
namespace {

// The latents of the 73 frames before the video, grey where there are fewer.
Tensor latents_of_frames_before(const Vae& vae, const Tensor& pixels, VideoSize size) {
    constexpr int64_t frames = 73;
    constexpr double grey = 0.5;
    size.frames = frames;
    const Tensor known = fitted(pixels.slice(0, -frames), size).slice(3, 0, 3);
    return vae.encode(at::constant_pad_nd(known, {0, 0, 0, 0, 0, 0, frames - known.size(0), 0}, grey));
}

}  // namespace

void tell_spoken(const Vae& vae, const SpokenVideo& video, Conditioning& positive, Conditioning& negative) {
    constexpr int64_t latents_seen = 19, frames_together = 4;
    const int64_t frames = ((video.size.frames - 1) / frames_together + 1) * frames_together;
    const Tensor sound = video.sound ? heard_by_frames(*video.sound, video.first, frames) : Tensor();
    const Tensor control = video_from(vae, video.control, video.size, video.batch);
    Tensor reference, before;
    if (video.reference) reference = vae.encode(fitted(video.reference->slice(0, 0, 1), video.size).slice(3, 0, 3));
    if (video.latents_before)
        before = video.latents_before->slice(2, -latents_seen);
    else if (video.pixels_before)
        before = latents_of_frames_before(vae, *video.pixels_before, video.size).slice(2, -latents_seen);
    for (Conditioning* side : {&positive, &negative}) {
        for (Condition& condition : *side) {
            if (sound.defined()) condition.extra["sound"] = side == &positive ? sound : at::zeros_like(sound);
            if (reference.defined()) condition.reference_latents.push_back(reference);
            if (before.defined()) condition.extra["frames_before"] = before;
            condition.extra["control_video"] = control;
        }
    }
}

}  // namespace easel::inference::wan
