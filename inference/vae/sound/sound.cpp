#include "inference/vae/sound/sound.hpp"

#include "base/error.hpp"
#include "inference/audio/resample.hpp"

#include <algorithm>
#include <vector>

namespace easel::inference {
namespace {

SoundFormat format_of(const Vae& vae) {
    const auto format = vae.network().sound();
    if (!format) throw UserError("the VAE is for pictures: connect one for sound");
    return *format;
}

Tensor one_by_one(const Tensor& batch, const auto& function) {
    std::vector<Tensor> results;
    for (int64_t i = 0; i < batch.size(0); ++i)
        results.push_back(function(batch.narrow(0, i, 1)).to(at::kCPU, at::kFloat));
    return at::cat(results);
}

// Rising over `feather` values from both ends. (comfy.utils.tiled_scale_multidim)
Tensor fade(int64_t length, int64_t feather) {
    if (feather >= length) return at::ones({length}, at::kFloat);
    const Tensor rise = at::arange(1, feather + 1, at::kFloat) / static_cast<double>(feather);
    Tensor weight = at::ones({length}, at::kFloat);
    weight.slice(0, 0, feather).mul_(rise);
    weight.slice(0, length - feather).mul_(rise.flip(0));
    return weight;
}

}  // namespace

Tensor encode_sound(const Vae& vae, const Sound& sound) {
    const SoundFormat format = format_of(vae);
    Tensor samples = resample(sound.waveform, sound.sample_rate, format.sample_rate);
    if (format.is_cut) {
        const int64_t rest = samples.size(2) % format.samples_per_cell;
        samples = samples.narrow(2, rest / 2, samples.size(2) - rest);
    }
    if (samples.size(2) == 0) throw UserError("the sound is shorter than one cell of the VAE's latents");
    const int64_t channels = vae.network().pixel_channels();
    samples = samples.narrow(1, 0, std::min(samples.size(1), channels));
    if (samples.size(1) < channels && format.spreads_mono) samples = samples.expand({-1, channels, -1});
    return one_by_one(samples.contiguous(), [&](const Tensor& one) { return vae.network().encode(one); });
}

Sound decode_sound(const Vae& vae, const Tensor& latent) {
    const SoundFormat format = format_of(vae);
    return {.waveform = one_by_one(latent, [&](const Tensor& one) { return vae.network().decode(one); }),
            .sample_rate = format.output_sample_rate};
}

Sound decode_sound_tiled(const Vae& vae, const Tensor& latent, const SoundTiling& tiling) {
    const SoundFormat format = format_of(vae);
    const int64_t cells = latent.size(-1), scale = format.samples_per_cell;
    if (cells <= tiling.tile) return decode_sound(vae, latent);
    if (tiling.tile <= tiling.overlap)
        throw UserError("tiles of " + std::to_string(tiling.tile) + " cannot overlap by " +
                        std::to_string(tiling.overlap) + ": choose larger tiles or a smaller overlap");
    const auto decode_one = [&](const Tensor& one) {
        Tensor sum, weights = at::zeros({cells * scale}, at::kFloat);
        for (int64_t start = 0; start < cells - tiling.overlap; start += tiling.tile - tiling.overlap) {
            const Tensor part = one.narrow(-1, start, std::min(tiling.tile, cells - start));
            const Tensor made = vae.network().decode(part).to(at::kCPU, at::kFloat);
            if (!sum.defined()) sum = at::zeros({1, made.size(1), cells * scale}, at::kFloat);
            const int64_t length = std::min(made.size(2), cells * scale - start * scale);
            const Tensor weight = fade(made.size(2), tiling.overlap * scale).slice(0, 0, length);
            sum.narrow(2, start * scale, length).add_(made.slice(2, 0, length) * weight);
            weights.narrow(0, start * scale, length).add_(weight);
        }
        return sum / weights;
    };
    return {.waveform = one_by_one(latent, decode_one), .sample_rate = format.output_sample_rate};
}

Sound levelled(Sound sound) {
    constexpr double deviations = 5.0;
    const Tensor range =
        at::std(sound.waveform, at::IntArrayRef{1, 2}, /*unbiased=*/true, /*keepdim=*/true) * deviations;
    sound.waveform = sound.waveform / range.clamp_min(1.0);
    return sound;
}

}  // namespace easel::inference
