#include "inference/vae/cogvideo/cogvideo.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

using cogvideo_vae::SeenFrames;

constexpr int64_t levels_of_frames = 2;  // the first levels change the number of frames
constexpr int64_t encoded_at_once = 8, decoded_at_once = 4;

}  // namespace

AutoencoderCogVideo::Level::Level(const Weights& w, bool changes_frames) : blocks(cogvideo_vae::residual_blocks(w)) {
    if (w.has_part("downsamplers")) down.emplace(w / "downsamplers" / 0, changes_frames);
    if (w.has_part("upsamplers")) up.emplace(w / "upsamplers" / 0, changes_frames);
}

Tensor AutoencoderCogVideo::Level::operator()(const Tensor& x, const Tensor& latent, SeenFrames& seen) const {
    Tensor h = x;
    for (const auto& block : blocks)
        h = block(h, latent, seen);
    if (down) h = (*down)(h);
    return up ? (*up)(h) : h;
}

AutoencoderCogVideo::Coder::Coder(const Weights& w, const char* name)
    : conv_in(w / "conv_in"), middle(cogvideo_vae::residual_blocks(w / "mid_block")), norm_out(w / "norm_out"),
      conv_out(w / "conv_out") {
    for (int64_t i = 0; i < w.count(name); ++i)
        levels.emplace_back(w / name / i, i < levels_of_frames);
}

Tensor AutoencoderCogVideo::Coder::through_middle(Tensor x, const Tensor& latent, SeenFrames& seen) const {
    for (const auto& block : middle)
        x = block(x, latent, seen);
    return x;
}

Tensor AutoencoderCogVideo::Coder::finished(const Tensor& x, const Tensor& latent, SeenFrames& seen) const {
    return conv_out(norm_out.then_silu(x, latent), seen);
}

AutoencoderCogVideo::AutoencoderCogVideo(const Weights& w)
    : weights_(w), encoder_(w / "encoder", "down_blocks"), decoder_(w / "decoder", "up_blocks") {}

// What does not fill eight frames comes first, so that an odd number of frames is met at the beginning only.
Tensor AutoencoderCogVideo::encode(const Tensor& pixels) const {
    const Tensor video = pixels.to(weights_.device(), weights_.compute_dtype());
    const int64_t frames = video.size(2);
    SeenFrames seen;
    std::vector<Tensor> chunks;
    for (int64_t at = 0; at < frames;) {
        const int64_t rest = (frames - at) % encoded_at_once;
        const int64_t count = rest > 0 ? rest : encoded_at_once;
        Tensor x = encoder_.conv_in(video.narrow(2, at, count), seen);
        for (const Level& level : encoder_.levels)
            x = level(x, {}, seen);
        chunks.push_back(encoder_.finished(encoder_.through_middle(x, {}, seen), {}, seen));
        at += count;
    }
    const Tensor moments = at::cat(chunks, 2);
    return moments.narrow(1, 0, moments.size(1) / 2).to(at::kFloat).contiguous();  // then come the log variances
}

// The levels that make frames see the whole video; those of higher resolutions go through it four frames at a time.
Tensor AutoencoderCogVideo::decode(const Tensor& latent) const {
    const Tensor z = latent.to(weights_.device(), weights_.compute_dtype());
    SeenFrames whole;
    Tensor x = decoder_.through_middle(decoder_.conv_in(z, whole), z, whole);
    const auto begin = decoder_.levels.begin(), end = decoder_.levels.end();
    const auto large = begin + std::min<std::ptrdiff_t>(levels_of_frames, end - begin);
    for (auto level = begin; level != large; ++level)
        x = (*level)(x, z, whole);

    const Tensor cells = cogvideo_vae::repeated_to(z, {x.size(2), z.size(3), z.size(4)});
    SeenFrames seen;
    std::vector<Tensor> chunks;
    for (int64_t at = 0; at < x.size(2); at += decoded_at_once) {
        Tensor h = x.slice(2, at, at + decoded_at_once);
        const Tensor own = cells.slice(2, at, at + decoded_at_once);
        for (auto level = large; level != end; ++level)
            h = (*level)(h, own, seen);
        chunks.push_back(decoder_.finished(h, own, seen).to(at::kCPU, at::kFloat));
    }
    return at::cat(chunks, 2);
}

}  // namespace easel::inference
