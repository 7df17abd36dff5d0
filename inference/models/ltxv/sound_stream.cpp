#include "inference/models/ltxv/sound_stream.hpp"

#include "base/error.hpp"
#include "inference/image/resize.hpp"

#include <algorithm>
#include <optional>

namespace easel::inference::ltxv {
namespace {

// The dimension in which the shapes differ; nothing when they are the same.
std::optional<int64_t> different_length(const Tensor& a, const Tensor& b) {
    std::optional<int64_t> found;
    for (int64_t dimension = 0; dimension < a.dim(); ++dimension) {
        if (a.size(dimension) == b.size(dimension)) continue;
        if (found || dimension < 2) throw UserError("the sound cannot be fitted to the one that it is to replace");
        found = dimension;
    }
    return found;
}

LatentStream fitted(const Tensor& reference, LatentStream sound) {
    if (reference.dim() != sound.samples.dim()) throw UserError("the sound's latent is another model's");
    const std::optional<int64_t> dimension = different_length(reference, sound.samples);
    if (!dimension) return sound;
    const int64_t wanted = reference.size(*dimension), present = sound.samples.size(*dimension);
    if (sound.noise_mask) sound.noise_mask = reshape_mask(*sound.noise_mask, sound.samples.sizes());
    const auto to_length = [&](const Tensor& tensor, double filling) {
        if (present > wanted) return tensor.narrow(*dimension, 0, wanted);
        std::vector<int64_t> shape = tensor.sizes().vec();
        shape[static_cast<std::size_t>(*dimension)] = wanted - present;
        return at::cat({tensor, at::full(shape, filling, tensor.options())}, *dimension);
    };
    sound.samples = to_length(sound.samples, 0.0);
    if (sound.noise_mask) sound.noise_mask = to_length(*sound.noise_mask, 1.0);
    return sound;
}

}  // namespace

LatentImage with_sound(const LatentImage& video, const LatentImage& sound) {
    LatentStream stream{.samples = sound.samples, .noise_mask = sound.noise_mask};
    if (!video.streams.empty()) stream = fitted(video.streams.front().samples, stream);
    LatentImage both = video;
    if (!both.batch_index) both.batch_index = sound.batch_index;
    both.streams = {stream};
    return both;
}

}  // namespace easel::inference::ltxv
