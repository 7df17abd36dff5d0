#include "inference/vae/hunyuan/video.hpp"

#include <ATen/ops/upsample_nearest3d.h>

namespace easel::inference {
namespace {

using hunyuan_vae::FrameCarry;

constexpr int64_t frames_at_once = 2;  // of the latent

Tensor twice_as_large(const Tensor& x, int64_t frames) {
    return at::upsample_nearest3d(x, {x.size(2) * frames, x.size(3) * 2, x.size(4) * 2});
}

}  // namespace

AutoencoderHunyuanVideo::Level::Level(const Weights& w, bool changes_time_)
    : blocks(hunyuan_vae::residual_blocks(w)), changes_time(changes_time_) {
    if (w.has_part("downsample"))
        down.emplace(w / "downsample" / "conv" / "conv", std::array<int64_t, 3>{changes_time ? 2 : 1, 2, 2});
    if (w.has_part("upsample")) up.emplace(w / "upsample" / "conv" / "conv");
}

AutoencoderHunyuanVideo::Coder::Coder(const Weights& w, const char* name, int64_t first_frame_change,
                                      int64_t last_frame_change)
    : conv_in(w / "conv_in" / "conv"), middle(w / "mid"), norm_out(w / "norm_out"), conv_out(w / "conv_out" / "conv") {
    for (int64_t i = 0; i < w.count(name); ++i)
        levels.emplace_back(w / name / i, i >= first_frame_change && i < last_frame_change);
}

// Frames are halved at the two lowest resolutions on the way down, and doubled at the two behind the highest on the way
// up.
AutoencoderHunyuanVideo::AutoencoderHunyuanVideo(const Weights& w)
    : weights_(w), encoder_(w / "encoder", "down", 1, 3), decoder_(w / "decoder", "up", 1, 3), quant_(w / "quant_conv"),
      post_quant_(w / "post_quant_conv") {}

// The video's first frame stays one.
Tensor AutoencoderHunyuanVideo::enlarged(const Tensor& x, const Level& level, const FrameCarry& carry) {
    if (!level.changes_time) return twice_as_large(x, 1);
    if (!carry.is_first_chunk()) return twice_as_large(x, 2);
    const Tensor first = twice_as_large(x.narrow(2, 0, 1), 1);
    return x.size(2) == 1 ? first : at::cat({first, twice_as_large(x.slice(2, 1), 2)}, 2);
}

Tensor AutoencoderHunyuanVideo::encode(const Tensor& pixels) const {
    const Tensor video = pixels.to(weights_.device(), weights_.compute_dtype());
    FrameCarry carry, whole;
    std::vector<Tensor> chunks;
    for (const Tensor& chunk : hunyuan_vae::pixel_chunks(video)) {
        Tensor x = encoder_.conv_in(chunk, carry);
        for (const Level& level : encoder_.levels) {
            for (const auto& block : level.blocks)
                x = block(x, carry);
            if (level.down) x = (*level.down)(x, carry);
        }
        chunks.push_back(x);
        carry.end_chunk();
    }
    const Tensor x = encoder_.middle(at::cat(chunks, 2));
    const Tensor moments = quant_(encoder_.conv_out(encoder_.norm_out.then_silu(x), whole));
    return moments.narrow(1, 0, moments.size(1) / 2).to(at::kFloat).contiguous();  // then come the log variances
}

Tensor AutoencoderHunyuanVideo::decode(const Tensor& latent) const {
    const Tensor z = post_quant_(latent.to(weights_.device(), weights_.compute_dtype()));
    FrameCarry carry, whole;
    const Tensor x = decoder_.middle(decoder_.conv_in(z, whole));
    std::vector<Tensor> chunks;
    for (const Tensor& chunk : x.split(frames_at_once, 2)) {
        Tensor h = chunk;
        for (auto level = decoder_.levels.rbegin(); level != decoder_.levels.rend(); ++level) {
            for (const auto& block : level->blocks)
                h = block(h, carry);
            if (level->up) h = (*level->up)(enlarged(h, *level, carry), carry);
        }
        chunks.push_back(decoder_.conv_out(decoder_.norm_out.then_silu(h), carry).to(at::kFloat));
        carry.end_chunk();
    }
    return at::cat(chunks, 2);
}

}  // namespace easel::inference
