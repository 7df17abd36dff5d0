#include "inference/vae/hunyuan/video15.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

using hunyuan_vae::FrameCarry;

constexpr int64_t latent_chunk = 2;  // frames

// Blocks of `frames` by two by two cells as channels [frame, row, column, channel], and back.
Tensor into_channels(const Tensor& x, int64_t frames) {
    return x.unflatten(4, {x.size(4) / 2, 2})
        .unflatten(3, {x.size(3) / 2, 2})
        .unflatten(2, {x.size(2) / frames, frames})  // [b, c, f, frame, h, row, w, column]
        .permute({0, 3, 5, 7, 1, 2, 4, 6})
        .flatten(1, 4);
}
Tensor out_of_channels(const Tensor& x, int64_t frames) {
    return x
        .unflatten(1, {frames, 2, 2, x.size(1) / (4 * frames)})  // [b, frame, row, column, c, f, h, w]
        .permute({0, 4, 5, 1, 6, 2, 7, 3})
        .flatten(6, 7)
        .flatten(4, 5)
        .flatten(2, 3);
}

// The mean over neighbouring channels, down to `channels` of them.
Tensor averaged(const Tensor& x, int64_t channels) { return x.unflatten(1, {channels, x.size(1) / channels}).mean(2); }

// Everything but the first frame; it may be nothing.
Tensor later(const Tensor& x) { return x.narrow(2, 1, x.size(2) - 1); }
Tensor first(const Tensor& x) { return x.narrow(2, 0, 1); }

}  // namespace

AutoencoderHunyuanVideo15::Level::Level(const Weights& w, const char* name, int64_t next)
    : blocks(hunyuan_vae::residual_blocks(w)) {
    if (!w.has_part(name)) return;
    change.emplace(w / name / "conv" / "conv");
    channels = next;
    // Four cells to a block, or eight where frames are among them.
    const int64_t made = change->out_channels();
    frames = (made > next ? made / next : next / made) / 4;
}

AutoencoderHunyuanVideo15::Coder::Coder(const Weights& w, const char* name, const char* change)
    : conv_in(w / "conv_in" / "conv"), middle(w / "mid"), norm_out(w / "norm_out"), conv_out(w / "conv_out" / "conv") {
    const Weights parts = w / name;
    const int64_t count = parts.count();
    for (int64_t i = 0; i < count; ++i) {
        const Weights next = parts / std::min(i + 1, count - 1) / "block" / 0 / "conv1" / "conv";
        levels.emplace_back(parts / i, change, next["weight"].size(1));
    }
}

AutoencoderHunyuanVideo15::AutoencoderHunyuanVideo15(const Weights& w)
    : weights_(w), encoder_(w / "encoder", "down", "downsample"), decoder_(w / "decoder", "up", "upsample") {}

// Where frames are joined, the video's first one stands for itself: twice among the channels.
Tensor AutoencoderHunyuanVideo15::smaller(const Tensor& x, const Level& level, FrameCarry& carry) {
    const Tensor h = (*level.change)(x, carry);
    const auto joined = [&](const Tensor& convolved, const Tensor& led, int64_t frames) {
        return into_channels(convolved, frames) + averaged(into_channels(led, frames), level.channels);
    };
    if (level.frames == 1 || !carry.is_first_chunk()) return joined(h, x, level.frames);
    const Tensor once = into_channels(first(h), 1);
    const Tensor begin = at::cat({once, once}, 1) + averaged(into_channels(first(x), 1), level.channels);
    if (x.size(2) == 1) return begin;
    return at::cat({begin, joined(later(h), later(x), level.frames)}, 2);
}

Tensor AutoencoderHunyuanVideo15::larger(const Tensor& x, const Level& level, FrameCarry& carry) {
    const Tensor h = (*level.change)(x, carry);
    const int64_t repeats = 4 * level.frames * level.channels / x.size(1);
    const auto spread = [&](const Tensor& convolved, const Tensor& led) {
        return out_of_channels(convolved, level.frames) +
               out_of_channels(led.repeat_interleave(repeats, 1), level.frames);
    };
    if (level.frames == 1 || !carry.is_first_chunk()) return spread(h, x);
    const Tensor begin = out_of_channels(first(h), 1).narrow(1, 0, level.channels) +
                         out_of_channels(first(x).repeat_interleave(repeats / 2, 1), 1);
    if (x.size(2) == 1) return begin;
    return at::cat({begin, spread(later(h), later(x))}, 2);
}

Tensor AutoencoderHunyuanVideo15::encode(const Tensor& pixels) const {
    const Tensor video = pixels.to(weights_.device(), weights_.compute_dtype());
    FrameCarry carry;
    std::vector<Tensor> chunks;
    for (const Tensor& chunk : hunyuan_vae::pixel_chunks(video)) {
        Tensor x = encoder_.conv_in(chunk, carry);
        for (const Level& level : encoder_.levels) {
            for (const auto& block : level.blocks)
                x = block(x, carry);
            if (level.change) x = smaller(x, level, carry);
        }
        chunks.push_back(x);
        carry.end_chunk();
    }
    const Tensor x = encoder_.middle(at::cat(chunks, 2));
    FrameCarry whole;
    const Tensor moments = encoder_.conv_out(encoder_.norm_out.then_silu(x), whole);
    const Tensor led = averaged(x, moments.size(1));
    return (moments + led).narrow(1, 0, moments.size(1) / 2).to(at::kFloat).contiguous();  // then come log variances
}

Tensor AutoencoderHunyuanVideo15::decode(const Tensor& latent) const {
    const Tensor z = latent.to(weights_.device(), weights_.compute_dtype());
    FrameCarry whole, carry;
    const int64_t repeats = decoder_.conv_in.out_channels() / z.size(1);
    const Tensor x = decoder_.middle(decoder_.conv_in(z, whole) + z.repeat_interleave(repeats, 1));
    std::vector<Tensor> chunks;
    for (const Tensor& chunk : x.split(latent_chunk, 2)) {
        Tensor h = chunk;
        for (const Level& level : decoder_.levels) {
            for (const auto& block : level.blocks)
                h = block(h, carry);
            if (level.change) h = larger(h, level, carry);
        }
        chunks.push_back(decoder_.conv_out(decoder_.norm_out.then_silu(h), carry).to(at::kFloat));
        carry.end_chunk();
    }
    return at::cat(chunks, 2);
}

}  // namespace easel::inference
