#include "nodes/video/dance_segments.hpp"

#include <algorithm>
#include <cmath>

namespace easel::nodes {
namespace {

constexpr double frames_per_second = 30;

// How the pictures lie over all segments of a sound.
struct Spread {
    std::int64_t length = 0;  // of a segment
    std::int64_t frames = 0;  // in all
    double interval = 0;      // between two pictures

    // The last frame of a segment that may hold a picture.
    std::int64_t last_frame(std::int64_t index) const {
        const std::int64_t segments = (frames + length - 1) / length;
        return index == segments - 1 ? frames - length * index - 1 : length - 1;
    }
    // Pictures of a segment before the one at its last frame.
    std::int64_t inner_pictures(std::int64_t index) const {
        std::int64_t count = 0;
        while (static_cast<double>(count) * interval < static_cast<double>(last_frame(index)) - interval)
            ++count;
        return count;
    }
};

void place_pictures(const Tensor& pictures, const Spread& spread, std::int64_t index, Tensor& keyframes, Tensor& mask) {
    std::int64_t picture = 0;
    for (std::int64_t earlier = 0; earlier < index; ++earlier)
        picture += spread.inner_pictures(earlier);
    const std::int64_t inner = spread.inner_pictures(index);
    for (std::int64_t i = 0; i <= inner; ++i, ++picture) {
        const auto spaced = static_cast<std::int64_t>(std::ceil(spread.interval * static_cast<double>(i)));
        const std::int64_t frame = i == inner ? spread.last_frame(index) : spaced;
        if (picture >= pictures.size(0) || frame < 0 || frame >= spread.length) continue;
        keyframes[frame].copy_(pictures[picture]);
        mask[frame].fill_(1);
    }
}

}  // namespace

DanceSegment dance_segment(const Tensor& pictures, std::int64_t length, std::int64_t index, const Audio& audio) {
    constexpr double tail = 0.2;  // seconds at the end that need no segment of their own
    const auto rate = static_cast<double>(audio.sample_rate);
    const double seconds = static_cast<double>(audio.waveform.size(-1)) / rate;
    const double segment = static_cast<double>(length) / frames_per_second;
    const auto segments = seconds > tail ? static_cast<std::int64_t>((seconds - tail) / segment) + 1 : std::int64_t{0};

    Tensor keyframes = at::zeros({length, pictures.size(1), pictures.size(2), pictures.size(3)});
    Tensor mask = at::zeros({length, pictures.size(1), pictures.size(2)});
    if (segments > 0 && pictures.size(0) > 0) {
        const std::int64_t frames = segments * length;
        const double interval = static_cast<double>(frames) / static_cast<double>(pictures.size(0));
        place_pictures(pictures, {.length = length, .frames = frames, .interval = interval}, index, keyframes, mask);
    }
    const double start = static_cast<double>(index) * segment;
    const double end = std::min(start + segment, seconds);
    const Tensor part =
        audio.waveform.slice(-1, static_cast<std::int64_t>(start * rate), static_cast<std::int64_t>(end * rate));
    return {.keyframes = {keyframes}, .mask = {mask}, .audio = {part, audio.sample_rate}};
}

}  // namespace easel::nodes
