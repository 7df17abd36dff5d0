#include "inference/models/minimax_h3/references.hpp"

#include "base/error.hpp"
#include "inference/vae/sound/sound.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace easel::inference::minimax_h3 {
namespace {

constexpr int64_t clip = 17, first_frames = 5;  // frames
constexpr int64_t cells_of_clip = 5, first_cells = 2;
constexpr int64_t video_channels = 24, sound_channels = 32, stereo = 2;
constexpr int64_t side_unit = 32;

// Multiples of 32, halves rounded to even.
Size rounded(double width, double height) {
    const auto side = [](double pixels) {
        return std::max(side_unit, static_cast<int64_t>(std::nearbyint(pixels / side_unit)) * side_unit);
    };
    return {.width = side(width), .height = side(height)};
}

Size scaled_down(Size picture, double scale) {
    const double factor = std::min(1.0, scale);
    return rounded(static_cast<double>(picture.width) * factor, static_cast<double>(picture.height) * factor);
}

// The attachment of a condition, or one without anything.
template <class Kept>
std::shared_ptr<Kept> copy_of(const Condition& condition, std::string_view name) {
    const auto found = condition.attached.find(name);
    return found == condition.attached.end() ? std::make_shared<Kept>()
                                             : std::make_shared<Kept>(dynamic_cast<const Kept&>(*found->second));
}

}  // namespace

int64_t frames_of(int64_t cells) {
    constexpr int64_t usual = 4;
    return cells * usual - (cells + cells_of_clip - 1) / cells_of_clip * (usual - 1);
}

int64_t whole_clip(int64_t frames) { return (frames - first_frames) / clip * clip + first_frames; }

LatentImage empty_latent(int64_t width, int64_t height, int64_t frames) {
    const int64_t clips = (std::max(first_frames, frames) - first_frames + clip - 1) / clip;
    const double seconds = static_cast<double>(clips * clip + first_frames) / frames_per_second;
    const auto moments = static_cast<int64_t>(std::nearbyint(seconds * moments_per_second));
    constexpr int64_t cell = 16;
    return {.samples = at::zeros({1, video_channels, clips * cells_of_clip + first_cells, height / cell, width / cell}),
            .streams = {{.samples = at::zeros({1, sound_channels, stereo, moments}), .noise_mask = {}}}};
}

LatentImage with_empty_sound(LatentImage video) {
    constexpr double moments_of_frame = 5.0 / 3.0;
    video.samples = video.samples.narrow(1, 0, std::min(video_channels, video.samples.size(1)));
    const auto frames = static_cast<double>(frames_of(video.samples.size(2)));
    const auto moments = static_cast<int64_t>(std::nearbyint(frames * moments_of_frame));
    video.streams = {
        {.samples = at::zeros({video.samples.size(0), sound_channels, stereo, moments}), .noise_mask = {}}};
    return video;
}

int64_t frames_of(const LatentImage& latent) {
    if (latent.streams.size() != 1 || latent.samples.dim() != 5 || latent.samples.size(1) != video_channels)
        throw UserError("the latent is no video with sound of MiniMax H3: make one with EmptyMiniMaxH3LatentAV");
    return frames_of(latent.samples.size(2));
}

Conditioning with_guide(Conditioning conditions, const Guide& guide) {
    for (Condition& condition : conditions) {
        const auto guides = copy_of<Guides>(condition, guides_name);
        guides->guides.push_back(guide);
        condition.attached.insert_or_assign(std::string(guides_name), guides);
    }
    return conditions;
}

Conditioning with_references(Conditioning conditions, std::vector<Followed> references) {
    if (references.empty()) return conditions;
    const auto attached = std::make_shared<References>();
    attached->references = std::move(references);
    for (Condition& condition : conditions)
        condition.attached.insert_or_assign(std::string(references_name), attached);
    return conditions;
}

Tensor sound_latent(const Vae& vae, const Tensor& waveform, int64_t sample_rate) {
    return encode_sound(vae, {.waveform = waveform.narrow(0, 0, 1), .sample_rate = sample_rate});
}

Size film_size(Size film) {
    constexpr double short_side = 768, most_pixels = 768.0 * 1344.0;
    const double ratio = static_cast<double>(film.width) / static_cast<double>(film.height);
    double width = ratio >= 1.0 ? short_side * ratio : short_side;
    double height = ratio >= 1.0 ? short_side : short_side / ratio;
    if (width * height > most_pixels) {
        const double factor = std::sqrt(most_pixels / (width * height));
        width *= factor;
        height *= factor;
    }
    const Size wanted = rounded(width, height);
    if (film.width * film.height >= wanted.width * wanted.height) return wanted;
    return rounded(static_cast<double>(film.width), static_cast<double>(film.height));
}

Size picture_size(Size picture, Size video) {
    const auto area = [](Size size) { return static_cast<double>(size.width) * static_cast<double>(size.height); };
    return scaled_down(picture, std::sqrt(area(video) / area(picture)));
}

Size largest_picture_size(Size picture) {
    constexpr double short_side = 2048;
    return scaled_down(picture, short_side / static_cast<double>(std::min(picture.width, picture.height)));
}

}  // namespace easel::inference::minimax_h3
