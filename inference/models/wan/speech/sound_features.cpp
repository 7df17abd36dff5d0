#include "inference/models/wan/speech/sound_features.hpp"

#include "base/error.hpp"

#include <cmath>

namespace easel::inference::wan {
namespace {

constexpr double moments_per_second = 50.0;

// [n, moments, dim] at another rate, straight between neighbours.
Tensor at_rate(const Tensor& features, double rate) {
    const auto count = static_cast<int64_t>(static_cast<double>(features.size(1)) / moments_per_second * rate);
    return at::upsample_linear1d(features.transpose(1, 2), {count}, /*align_corners=*/true).transpose(1, 2);
}

void require_layers(const EncodedSound& sound, std::size_t least, const char* wants) {
    if (sound.layers.size() < least)
        throw UserError(std::string("the connected audio encoder's output does not fit: ") + wants);
}

}  // namespace

Tensor heard_by_frames(const EncodedSound& sound, int64_t first, int64_t frames) {
    require_layers(sound, 1, "a wav2vec2 model is needed");
    constexpr double sound_rate = 30.0, video_rate = 16.0;
    const Tensor features = at_rate(at::cat(sound.layers), sound_rate);  // [layers, moments, dim]
    const int64_t moments = features.size(1);
    const double per_frame = sound_rate / video_rate;
    // Whole videos that hold all of the sound; moments behind its end are silent.
    const auto videos =
        static_cast<int64_t>(static_cast<double>(moments) / (static_cast<double>(frames) * per_frame)) + 1;
    std::vector<Tensor> heard;
    for (int64_t frame = first; frame < std::min(first + frames, videos * frames); ++frame) {
        const auto moment = static_cast<int64_t>(std::nearbyint(static_cast<double>(frame) * per_frame));
        heard.push_back(moment < moments ? features.select(1, moment) : at::zeros_like(features.select(1, 0)));
    }
    return heard.empty() ? Tensor() : at::stack(heard, 2).unsqueeze(0);
}

Tensor heard_around_frames(const EncodedSound& sound, int64_t frames) {
    constexpr int64_t states_together = 8, groups = 4, samples_per_frame = 640;
    constexpr double rate = 25.0;
    constexpr int64_t window = 8, margin = 2, frames_together = 4;
    require_layers(sound, states_together * groups + 1, "whisper large v3 is needed");
    const Tensor all = at::stack(sound.layers, 2).slice(1, 0, sound.samples / samples_per_frame * 2);
    std::vector<Tensor> levels;  // four means of eight layers each, and the result
    for (int64_t i = 0; i < groups; ++i)
        levels.push_back(at_rate(all.slice(2, i * states_together, (i + 1) * states_together).mean(2), rate));
    levels.push_back(at_rate(all.select(2, states_together * groups), rate));
    const Tensor moments = at::stack(levels, 2)[0];  // [moments, 5, dim]

    const Tensor silence = at::zeros_like(moments.slice(0, 0, 1)).squeeze(0);
    const auto heard_at = [&](int64_t i) { return i >= 0 && i < moments.size(0) ? moments[i] : silence; };
    std::vector<Tensor> windows;
    for (int64_t latent = 0; latent <= (frames - 1) / frames_together; ++latent) {
        std::vector<Tensor> around;
        // The first latent frame is a single one: nothing is heard in the place of the others.
        const int64_t begin = latent == 0 ? -margin : 1 + frames_together * (latent - 1) - margin;
        const int64_t missing = latent == 0 ? frames_together - 1 : 0;
        for (int64_t i = 0; i < window; ++i)
            around.push_back(i < missing ? silence : heard_at(begin + i - missing));
        windows.push_back(at::stack(around));
    }
    return at::stack(windows).unsqueeze(0);
}

Tensor heard_by_layers(const EncodedSound& sound) {
    require_layers(sound, 2, "a wav2vec2 model is needed");
    constexpr double rate = 25.0;
    const Tensor layers = at::stack(sound.layers).select(1, 0).slice(0, 1);  // [layers, moments, dim]
    return at_rate(layers, rate).transpose(0, 1);
}

}  // namespace easel::inference::wan
