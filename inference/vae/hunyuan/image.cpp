#include "inference/vae/hunyuan/image.hpp"

#include "inference/layers/attention.hpp"

namespace easel::inference {
namespace {

constexpr double image_norm_eps = 1e-6;

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

AutoencoderHunyuanImage::ResBlock::ResBlock(const Weights& w)
    : norm1(w / "norm1", image_norm_eps), norm2(w / "norm2", image_norm_eps), conv1(w / "conv1"), conv2(w / "conv2") {
    if (w.has_part("nin_shortcut")) shortcut.emplace(w / "nin_shortcut");
}

Tensor AutoencoderHunyuanImage::ResBlock::operator()(const Tensor& x) const {
    const Tensor h = conv2(norm2.then_silu(conv1(norm1.then_silu(x))));
    return (shortcut ? (*shortcut)(x) : x) + h;
}

AutoencoderHunyuanImage::Attention::Attention(const Weights& w)
    : norm(w / "norm", image_norm_eps), q(w / "q"), k(w / "k"), v(w / "v"), out(w / "proj_out") {}

Tensor AutoencoderHunyuanImage::Attention::operator()(const Tensor& x) const {
    const Tensor h = norm(x);
    const auto tokens = [](const Tensor& cells) { return cells.permute({0, 2, 3, 1}).flatten(1, 2).unsqueeze(1); };
    const Tensor mixed = inference::attention(tokens(q(h)), tokens(k(h)), tokens(v(h)));
    return x + out(mixed.squeeze(1).unflatten(1, {x.size(2), x.size(3)}).permute({0, 3, 1, 2}));
}

AutoencoderHunyuanImage::Level::Level(const Weights& w, const char* change_name) {
    for (int64_t i = 0; i < w.count("block"); ++i)
        blocks.emplace_back(w / "block" / i);
    if (w.has_part(change_name)) change.emplace(w / change_name / "conv");
}

AutoencoderHunyuanImage::Coder::Coder(const Weights& w, const char* name, const char* change)
    : conv_in(w / "conv_in"), middle_first(w / "mid" / "block_1"), attention(w / "mid" / "attn_1"),
      middle_last(w / "mid" / "block_2"), norm_out(w / "norm_out", image_norm_eps), conv_out(w / "conv_out") {
    for (int64_t i = 0; i < w.count(name); ++i)
        levels.emplace_back(w / name / i, change);
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
