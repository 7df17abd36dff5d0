#include "inference/vae/kl.hpp"

#include "inference/vae/ace/ace.hpp"
#include "inference/vae/cascade/stage_a.hpp"
#include "inference/vae/cascade/stage_c.hpp"
#include "inference/vae/cogvideo/cogvideo.hpp"
#include "inference/vae/hunyuan/image.hpp"
#include "inference/vae/hunyuan/video.hpp"
#include "inference/vae/hunyuan/video15.hpp"
#include "inference/vae/hunyuan3d/shape_vae.hpp"
#include "inference/vae/ltxv/audio.hpp"
#include "inference/vae/ltxv/ltxv.hpp"
#include "inference/vae/mage/mage.hpp"
#include "inference/vae/minimax/music.hpp"
#include "inference/vae/minimax/sound.hpp"
#include "inference/vae/minimax/video.hpp"
#include "inference/vae/oobleck/oobleck.hpp"
#include "inference/vae/same/same.hpp"
#include "inference/vae/seedvr/seedvr.hpp"
#include "inference/vae/triposplat/splat_vae.hpp"
#include "inference/vae/wan/wan.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference {

AutoencoderKl::ResBlock::ResBlock(const Weights& w) : picture_vae::ResBlock(w) {
    if (!w.has_part("time_stack")) return;
    over_frames.emplace(w / "time_stack");
    video_share = w["mix_factor"];
}

Tensor AutoencoderKl::ResBlock::operator()(const Tensor& x) const {
    const Tensor h = picture_vae::ResBlock::operator()(x);
    if (!over_frames) return h;
    const Tensor video = frames_to_video(h, h.size(0));
    return video_to_frames(mixed(video_share, (*over_frames)(video), video));
}

AutoencoderKl::Middle::Middle(const Weights& w) : first(w / "block_1"), attention(w / "attn_1"), last(w / "block_2") {}

AutoencoderKl::Level::Level(const Weights& w) : blocks(blocks_of<ResBlock>(w / "block")) {
    if (w.has_part("downsample")) down.emplace(w / "downsample" / "conv", 2, 0);
    if (w.has_part("upsample")) up.emplace(w / "upsample" / "conv");
}

AutoencoderKl::Encoder::Encoder(const Weights& w)
    : conv_in(w / "conv_in"), levels(blocks_of<Level>(w / "down")), middle(w / "mid"),
      norm_out(w / "norm_out", picture_vae::norm_eps), conv_out(w / "conv_out") {}

Tensor AutoencoderKl::Encoder::operator()(Tensor x) const {
    x = conv_in(x);
    for (const Level& level : levels) {
        for (const ResBlock& block : level.blocks)
            x = block(x);
        if (level.down) x = (*level.down)(at::constant_pad_nd(x, {0, 1, 0, 1}));  // right and bottom only
    }
    return conv_out(norm_out.then_silu(middle(x)));
}

AutoencoderKl::Decoder::Decoder(const Weights& w)
    : conv_in(w / "conv_in"), middle(w / "mid"), levels(blocks_of<Level>(w / "up")),
      norm_out(w / "norm_out", picture_vae::norm_eps), conv_out(w / "conv_out") {
    if (w.has_part("conv_out.time_mix_conv")) over_frames.emplace(w / "conv_out" / "time_mix_conv");
}

Tensor AutoencoderKl::Decoder::operator()(Tensor x) const {
    x = middle(conv_in(x));
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
        for (const ResBlock& block : level->blocks)
            x = block(x);
        if (level->up) x = level->up->of_doubled(x);
    }
    x = conv_out(norm_out.then_silu(x));
    return over_frames ? video_to_frames((*over_frames)(frames_to_video(x, x.size(0)))) : x;
}

AutoencoderKl::AutoencoderKl(const Weights& w) : weights_(w), encoder_(w / "encoder"), decoder_(w / "decoder") {
    for (const Weights& place : {w, w / "encoder"})
        if (place.has_part("quant_conv")) quant_.emplace(place / "quant_conv");
    for (const Weights& place : {w, w / "decoder"})
        if (place.has_part("post_quant_conv")) post_quant_.emplace(place / "post_quant_conv");
    if (w.has_part("bn")) normaliser_ = {.mean = w["bn.running_mean"], .variance = w["bn.running_var"]};
}

// In the type that the weights compute in, channels innermost.
Tensor AutoencoderKl::prepare(const Tensor& x) const {
    return x.to(weights_.device(), weights_.compute_dtype()).contiguous(at::MemoryFormat::ChannelsLast);
}

Tensor AutoencoderKl::Normaliser::from_cells(const Tensor& cells) const {
    return (at::pixel_unshuffle(cells.contiguous(), patch) - mean_of(cells)) / deviation_of(cells);
}

Tensor AutoencoderKl::Normaliser::to_cells(const Tensor& latent) const {
    return at::pixel_shuffle(latent * deviation_of(latent) + mean_of(latent), patch);
}

Tensor AutoencoderKl::Normaliser::mean_of(const Tensor& like) const { return mean.like(like).view({1, -1, 1, 1}); }

Tensor AutoencoderKl::Normaliser::deviation_of(const Tensor& like) const {
    constexpr double least_variance = 1e-4;
    return (variance.like(like).view({1, -1, 1, 1}) + least_variance).sqrt();
}

Tensor AutoencoderKl::encode(const Tensor& pixels) const {
    Tensor moments = encoder_(prepare(pixels));
    if (quant_) moments = (*quant_)(moments);
    const Tensor mean = moments.narrow(1, 0, moments.size(1) / 2).to(at::kFloat);  // then come the log variances
    return normaliser_ ? normaliser_->from_cells(mean) : mean.contiguous();
}

Tensor AutoencoderKl::decode(const Tensor& latent) const {
    const Tensor z = prepare(normaliser_ ? normaliser_->to_cells(latent.to(at::kFloat)) : latent);
    return decoder_(post_quant_ ? (*post_quant_)(z) : z).to(at::kFloat).contiguous();
}

Vae load_vae(const Weights& weights) {
    if (AutoencoderAce::matches(weights)) return Vae(std::make_shared<AutoencoderAce>(weights));
    if (AutoencoderLtxAudio::matches(weights)) return Vae(std::make_shared<AutoencoderLtxAudio>(weights));
    if (AutoencoderOobleck::matches(weights)) return Vae(std::make_shared<AutoencoderOobleck>(weights));
    if (AutoencoderLtxv::matches(weights)) return Vae(std::make_shared<AutoencoderLtxv>(weights));
    if (AutoencoderShape::matches(weights)) return Vae(std::make_shared<AutoencoderShape>(weights));
    if (AutoencoderMage::matches(weights)) return Vae(std::make_shared<AutoencoderMage>(weights));
    if (AutoencoderSame::matches(weights)) return Vae(std::make_shared<AutoencoderSame>(weights));
    if (AutoencoderSplat::matches(weights)) return Vae(std::make_shared<AutoencoderSplat>(weights));
    if (AutoencoderMinimaxVideo::matches(weights)) return Vae(std::make_shared<AutoencoderMinimaxVideo>(weights));
    if (AutoencoderMinimaxMusic::matches(weights)) return Vae(std::make_shared<AutoencoderMinimaxMusic>(weights));
    if (AutoencoderMinimaxSound::matches(weights)) return Vae(std::make_shared<AutoencoderMinimaxSound>(weights));
    if (AutoencoderSeedvr::matches(weights)) return Vae(std::make_shared<AutoencoderSeedvr>(weights));
    if (AutoencoderStageA::matches(weights)) return Vae(std::make_shared<AutoencoderStageA>(weights));
    if (AutoencoderStageC::matches(weights)) return Vae(std::make_shared<AutoencoderStageC>(weights));
    if (AutoencoderWan::matches(weights)) return Vae(std::make_shared<AutoencoderWan>(weights));
    if (AutoencoderCogVideo::matches(weights)) return Vae(std::make_shared<AutoencoderCogVideo>(weights));
    if (AutoencoderHunyuanVideo15::matches(weights)) return Vae(std::make_shared<AutoencoderHunyuanVideo15>(weights));
    if (AutoencoderHunyuanVideo::matches(weights)) return Vae(std::make_shared<AutoencoderHunyuanVideo>(weights));
    if (AutoencoderHunyuanImage::matches(weights)) return Vae(std::make_shared<AutoencoderHunyuanImage>(weights));
    if (!weights.contains("decoder.conv_in.weight") || !weights.contains("encoder.conv_in.weight"))
        throw ModelError(weights.origin() + " holds no autoencoder that easel knows (there is no decoder.conv_in and " +
                         "encoder.conv_in)");
    if (AutoencoderVideoKl::matches(weights)) return Vae(std::make_shared<AutoencoderVideoKl>(weights));
    return Vae(std::make_shared<AutoencoderKl>(weights));
}

}  // namespace easel::inference
