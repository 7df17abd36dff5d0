#include "inference/vae/hunyuan/image.hpp"

#include "inference/weights/blocks_of.hpp"

namespace easel::inference {
namespace {

// Squares of two by two cells as channels [row, column, channel], and back.
Tensor squares_to_channels(const Tensor& x) {
    return x.unflatten(3, {x.size(3) / 2, 2})
        .unflatten(2, {x.size(2) / 2, 2})  // [b, c, h, row, w, column]
        .permute({0, 3, 5, 1, 2, 4})
        .flatten(1, 3);
}
Tensor channels_to_squares(const Tensor& x) {
    return x
        .unflatten(1, {2, 2, x.size(1) / 4})  // [b, row, column, c, h, w]
        .permute({0, 3, 4, 1, 5, 2})
        .flatten(4, 5)
        .flatten(2, 3);
}

// The mean over neighbouring channels, down to `channels` of them.
Tensor mean_channels(const Tensor& x, int64_t channels) {
    return x.unflatten(1, {channels, x.size(1) / channels}).mean(2);
}

}  // namespace

AutoencoderHunyuanImage::Level::Level(const Weights& w, const char* change_name) {
    blocks = blocks_of<ResBlock>(w / "block");
    if (w.has_part(change_name)) change.emplace(w / change_name / "conv");
}

AutoencoderHunyuanImage::Coder::Coder(const Weights& w, const char* name, const char* change)
    : conv_in(w / "conv_in"), middle_first(w / "mid" / "block_1"), attention(w / "mid" / "attn_1"),
      middle_last(w / "mid" / "block_2"), norm_out(w / "norm_out", picture_vae::norm_eps), conv_out(w / "conv_out") {
    levels = blocks_of<Level>(w / name, change);
}

AutoencoderHunyuanImage::AutoencoderHunyuanImage(const Weights& w)
    : weights_(w), encoder_(w / "encoder", "down", "downsample"), decoder_(w / "decoder", "up", "upsample") {}

bool AutoencoderHunyuanImage::matches(const Weights& w) {
    const Weight conv_in = w.maybe("decoder.conv_in.weight");
    return conv_in && conv_in.shape().size() == 4 && conv_in.size(1) == 64;
}

// In the type that the weights compute in, channels innermost.
Tensor AutoencoderHunyuanImage::prepare(const Tensor& x) const {
    return x.to(weights_.device(), weights_.compute_dtype()).contiguous(at::MemoryFormat::ChannelsLast);
}

Tensor AutoencoderHunyuanImage::encode(const Tensor& pixels) const {
    Tensor x = encoder_.conv_in(prepare(pixels));
    for (const Level& level : encoder_.levels) {
        for (const ResBlock& block : level.blocks)
            x = block(x);
        if (!level.change) continue;
        const Tensor changed = squares_to_channels((*level.change)(x));
        x = changed + mean_channels(squares_to_channels(x), changed.size(1));
    }
    x = encoder_.middle(x);
    const Tensor moments = encoder_.conv_out(encoder_.norm_out.then_silu(x));
    const Tensor sum = moments + mean_channels(x, moments.size(1));
    return sum.narrow(1, 0, sum.size(1) / 2).to(at::kFloat).contiguous();  // then come the log variances
}

Tensor AutoencoderHunyuanImage::decode(const Tensor& latent) const {
    const Tensor z = prepare(latent);
    Tensor x = decoder_.conv_in(z);
    x = decoder_.middle(x + z.repeat_interleave(x.size(1) / z.size(1), 1));
    for (const Level& level : decoder_.levels) {
        for (const ResBlock& block : level.blocks)
            x = block(x);
        if (!level.change) continue;
        const Tensor changed = (*level.change)(x);
        x = channels_to_squares(changed) + channels_to_squares(x.repeat_interleave(changed.size(1) / x.size(1), 1));
    }
    return decoder_.conv_out(decoder_.norm_out.then_silu(x)).to(at::kFloat).contiguous();
}

}  // namespace easel::inference
