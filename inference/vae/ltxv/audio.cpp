#include "inference/vae/ltxv/audio.hpp"

#include "base/error.hpp"
#include "inference/audio/resample.hpp"
#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"

#include <ATen/ops/upsample_nearest2d.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace easel::inference {

using Json = nlohmann::json;

namespace ltx_audio {
Tensor Norm::operator()(const Tensor& x) const {
    constexpr double eps = 1e-6;
    if (weight) return at::group_norm(x, 32, weight.like(x), bias.like(x), eps);
    return x / (x.square().mean(1, /*keepdim=*/true) + eps).sqrt();
}

Tensor CausalConv::operator()(const Tensor& x) const {
    const int64_t rows = weight.size(2) - 1, columns = weight.size(3) - 1;
    const auto sides = [](int64_t reach, bool causal) {
        return causal ? std::pair{reach, int64_t{0}} : std::pair{reach / 2, reach - reach / 2};
    };
    const auto [top, bottom] = sides(rows, causality == Causality::frames);
    const auto [left, right] = sides(columns, causality == Causality::bins);
    return at::conv2d(at::constant_pad_nd(x, {left, right, top, bottom}), weight.like(x), bias.like(x));
}

ResidualBlock::ResidualBlock(const Weights& w, Causality causality)
    : norm1(w / "norm1"), norm2(w / "norm2"), conv1(w / "conv1", causality), conv2(w / "conv2", causality) {
    for (const char* name : {"nin_shortcut", "conv_shortcut"})
        if (w.has_part(name)) shortcut.emplace(w / name, causality);
}

Tensor ResidualBlock::operator()(const Tensor& x) const {
    const Tensor h = conv2(at::silu(norm2(conv1(at::silu(norm1(x))))));
    return (shortcut ? (*shortcut)(x) : x) + h;
}

Tensor Attention::operator()(const Tensor& x) const {
    const Tensor seen = norm(x);
    const auto tokens = [&](const Conv2d& conv) { return conv(seen).flatten(2).transpose(1, 2).unsqueeze(1); };
    const Tensor attended = attention(tokens(q), tokens(k), tokens(v)).squeeze(1).transpose(1, 2);
    return x + out(attended.reshape(x.sizes()));
}

Level::Level(const Weights& w, const char* resample_name, Causality causality)
    : blocks(blocks_of<ResidualBlock>(w / "block", causality)) {
    attentions = blocks_of<Attention>(w / "attn");
    const Weights change = w / resample_name;
    if (change.empty()) return;
    // A convolution that pads as the others do has a further part to its name.
    resample = change.contains("conv.conv.weight") ? change["conv.conv.weight"] : change["conv.weight"];
    resample_bias = change.contains("conv.conv.bias") ? change["conv.conv.bias"] : change.maybe("conv.bias");
}

Tensor Level::operator()(Tensor x) const {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        x = blocks[i](x);
        if (i < attentions.size()) x = attentions[i](x);
    }
    return x;
}

Coder::Coder(const Weights& w, const char* levels_name, const char* resample_name, Causality causality_)
    : conv_in(w / "conv_in", causality_), conv_out(w / "conv_out", causality_), norm_out(w / "norm_out"),
      levels(blocks_of<Level>(w / levels_name, resample_name, causality_)), causality(causality_) {
    for (const char* name : {"block_1", "block_2"})
        middle.emplace_back(w / "mid" / name, causality);
    if (w.has_part("mid.attn_1")) middle_attention.emplace(w / "mid" / "attn_1");
}

Tensor Coder::through_middle(Tensor x) const {
    x = middle[0](x);
    if (middle_attention) x = (*middle_attention)(x);
    return middle[1](x);
}

namespace {

// Half the size; sides are padded with zeros as the causality asks.
Tensor halved(const Level& level, const Tensor& x, Causality causality) {
    std::array<int64_t, 4> pad{0, 1, 0, 1};  // bins before and after, frames before and after
    if (causality == Causality::frames) pad = {0, 1, 2, 0};
    if (causality == Causality::bins) pad = {2, 0, 0, 1};
    return at::conv2d(at::constant_pad_nd(x, pad), level.resample.like(x), level.resample_bias.like(x), 2);
}

// Twice the size, less the first row or column that only repeats what an encoder padded.
Tensor doubled(const Level& level, const Tensor& x, Causality causality) {
    const Tensor larger = at::upsample_nearest2d(x, {x.size(2) * 2, x.size(3) * 2});
    const int64_t rows = causality == Causality::frames ? 2 : 1, columns = causality == Causality::bins ? 2 : 1;
    const Tensor padded = at::constant_pad_nd(larger, {columns, 2 - columns, rows, 2 - rows});
    const Tensor h = at::conv2d(padded, level.resample.like(x), level.resample_bias.like(x));
    return h.slice(2, rows - 1).slice(3, columns - 1);
}

}  // namespace

Tensor Widening::operator()(Tensor waveform) const {
    constexpr double least = 1e-5;
    const int64_t length = waveform.size(2), wanted = length * output_rate / input_rate;
    if (const int64_t rest = length % hop; rest != 0) waveform = at::constant_pad_nd(waveform, {0, hop - rest});
    const Tensor& transform = basis.like(waveform);
    const int64_t before = std::max<int64_t>(0, transform.size(2) - hop);
    const Tensor rows = at::constant_pad_nd(waveform.flatten(0, 1).unsqueeze(1), {before, 0});
    const auto parts = at::conv1d(rows, transform, {}, {hop}).chunk(2, 1);
    const Tensor amount = (parts[0].square() + parts[1].square()).sqrt();
    const Tensor mel = at::matmul(mel_basis.like(amount), amount).clamp_min(least).log();
    const Tensor both = mel.unflatten(0, {waveform.size(0), waveform.size(1)}).flatten(1, 2);
    const Tensor added = vocoder(both) + lengthened(waveform, output_rate / input_rate);
    return added.clamp(-1.0, 1.0).slice(2, 0, wanted);
}

}  // namespace ltx_audio

using namespace ltx_audio;

struct AutoencoderLtxAudio::Build {
    MelScale mel{.sample_rate = 16000, .fft_size = 1024, .bins = 64, .lowest = 0.0, .highest = 8000.0};
    int64_t hop = 160;
    Causality causality = Causality::frames;
    Json vocoder, widening;
    std::optional<int64_t> output_rate;

    explicit Build(const Weights& w);
};

namespace {

VocoderBuild vocoder_build(const Json& config, bool has_end) {
    VocoderBuild build;
    build.rates = config.value("upsample_rates", std::vector<int64_t>{5, 4, 2, 2, 2});
    build.dilations =
        config.value("resblock_dilation_sizes", std::vector<std::vector<int64_t>>{{1, 3, 5}, {1, 3, 5}, {1, 3, 5}});
    const std::string blocks = config.value("resblock", "1");
    if (blocks != "1" && blocks != "AMP1") throw ModelError("a vocoder of residual blocks " + blocks + " is not known");
    if (blocks == "AMP1") build.activation = VocoderBuild::Activation::snake;
    if (!has_end || !config.value("apply_final_activation", true))
        build.end = VocoderBuild::End::none;
    else if (!config.value("use_tanh_at_final", true))
        build.end = VocoderBuild::End::clamp;
    return build;
}

Weights autoencoder_part(const Weights& w) { return w.has_part("audio_vae") ? w / "audio_vae" : w / "autoencoder"; }

Causality causality_of(const Json& coder) {
    const Json axis = coder.value("causality_axis", Json("width"));
    if (axis.is_null() || axis == "none") return Causality::none;
    if (axis == "height") return Causality::frames;
    if (axis == "width") return Causality::bins;
    throw ModelError("an autoencoder for sound with causality along " + axis.dump() + " is not known");
}

}  // namespace

AutoencoderLtxAudio::Build::Build(const Weights& w) {
    const Json config = Json::parse(w.metadata("config"), nullptr, /*allow_exceptions=*/false);
    if (!config.is_object() || !config.contains("audio_vae") || !config.contains("vocoder"))
        throw ModelError(w.origin() + " has no config of an autoencoder for sound and its vocoder");
    try {
        const Json& own = config["audio_vae"];
        const Json parameters = own.value("model", Json::object()).value("params", Json::object());
        const Json coder = parameters.value("encoder", parameters.value("ddconfig", Json::object()));
        const Json transform = own.value("preprocessing", Json::object()).value("stft", Json::object());
        mel.sample_rate = parameters.value("sampling_rate", own.value("sampling_rate", mel.sample_rate));
        mel.bins = coder.value("mel_bins", mel.bins);
        mel.fft_size = transform.value("filter_length", mel.fft_size);
        mel.highest = static_cast<double>(mel.sample_rate) / 2.0;
        hop = transform.value("hop_length", hop);
        causality = causality_of(coder);
        const Json& sounding = config["vocoder"];
        if (sounding.contains("bwe")) {
            vocoder = sounding.at("vocoder");
            widening = sounding.at("bwe");
            output_rate = widening.at("output_sampling_rate").get<int64_t>();
        } else {
            vocoder = sounding;
            if (sounding.contains("output_sample_rate") && sounding["output_sample_rate"].is_number())
                output_rate = sounding["output_sample_rate"].get<int64_t>();
        }
    } catch (const Json::exception& error) {
        throw ModelError(w.origin() + " has a config for sound that cannot be read: " + error.what());
    }
}

std::optional<Widening> AutoencoderLtxAudio::widening(const Weights& w, const Build& build) {
    if (!build.widening.is_object()) return std::nullopt;
    try {
        return Widening{.vocoder = Vocoder(w / "bwe_generator", vocoder_build(build.widening, /*has_end=*/false)),
                        .basis = w["mel_stft.stft_fn.forward_basis"],
                        .mel_basis = w["mel_stft.mel_basis"],
                        .input_rate = build.widening.at("input_sampling_rate").get<int64_t>(),
                        .output_rate = build.widening.at("output_sampling_rate").get<int64_t>(),
                        .hop = build.widening.at("hop_length").get<int64_t>()};
    } catch (const Json::exception& error) {
        throw ModelError(w.origin() + " has a config for sound that cannot be read: " + error.what());
    }
}

AutoencoderLtxAudio::AutoencoderLtxAudio(const Weights& w) : AutoencoderLtxAudio(w, Build(w)) {}

AutoencoderLtxAudio::AutoencoderLtxAudio(const Weights& w, const Build& build)
    : weights_(w), mel_(build.mel), spectrogram_{.fft_size = build.mel.fft_size, .hop = build.hop},
      encoder_(autoencoder_part(w) / "encoder", "down", "downsample", build.causality),
      decoder_(autoencoder_part(w) / "decoder", "up", "upsample", build.causality),
      mean_(autoencoder_part(w)["per_channel_statistics.mean-of-means"]),
      deviation_(autoencoder_part(w)["per_channel_statistics.std-of-means"]),
      vocoder_(w.has_part("vocoder.vocoder") ? w / "vocoder" / "vocoder" : w / "vocoder",
               vocoder_build(build.vocoder, /*has_end=*/true)),
      widening_(widening(w / "vocoder", build)), output_rate_(build.output_rate) {}

int64_t AutoencoderLtxAudio::latent_channels() const { return decoder_.conv_in.weight.size(1); }

std::optional<SoundFormat> AutoencoderLtxAudio::sound() const {
    const int64_t rate = output_rate_.value_or(mel_.sample_rate * vocoder_.samples_per_frame() / spectrogram_.hop);
    return SoundFormat{.output_sample_rate = rate, .samples_per_cell = downscale_ratio(), .rows = 16};
}

int64_t AutoencoderLtxAudio::moments_for(int64_t frames, double frame_rate) const {
    const double per_second = static_cast<double>(mel_.sample_rate) / static_cast<double>(spectrogram_.hop) / 4.0;
    return static_cast<int64_t>(std::nearbyint(static_cast<double>(frames) / frame_rate * per_second));
}

Tensor AutoencoderLtxAudio::encode(const Tensor& waveform) const {
    constexpr int64_t input_rate = 44100;
    const Tensor samples = resample(waveform.to(weights_.device(), at::kFloat), input_rate, mel_.sample_rate);
    Tensor h = log_mel(samples, spectrogram_, mel_).transpose(2, 3).contiguous().to(weights_.compute_dtype());
    h = encoder_.conv_in(h);
    for (std::size_t i = 0; i < encoder_.levels.size(); ++i) {
        h = encoder_.levels[i](h);
        if (i + 1 < encoder_.levels.size()) h = halved(encoder_.levels[i], h, encoder_.causality);
    }
    h = encoder_.finished(encoder_.through_middle(h));
    const Tensor latent = h.narrow(1, 0, latent_channels()).to(at::kFloat);  // then come the log variances
    const Tensor rows = latent.transpose(1, 2).flatten(2);                   // [batch, moments, channels * bins]
    return ((rows - mean_.like(rows)) / deviation_.like(rows))
        .view({rows.size(0), rows.size(1), latent.size(1), -1})
        .transpose(1, 2)
        .contiguous();
}

Tensor AutoencoderLtxAudio::decode(const Tensor& latent) const {
    const Tensor rows = latent.to(weights_.device(), weights_.compute_dtype()).transpose(1, 2).flatten(2);
    Tensor h = (rows * deviation_.like(rows) + mean_.like(rows))
                   .view({rows.size(0), rows.size(1), latent.size(1), -1})
                   .transpose(1, 2);
    h = decoder_.through_middle(decoder_.conv_in(h));
    for (std::size_t i = decoder_.levels.size(); i-- > 0;) {
        h = decoder_.levels[i](h);
        if (i > 0) h = doubled(decoder_.levels[i], h, decoder_.causality);
    }
    h = decoder_.finished(h);
    const int64_t frames = latent.size(2) * 4 - (decoder_.causality == Causality::none ? 0 : 3);
    h = h.slice(2, 0, frames).slice(3, 0, mel_.bins);
    h = at::constant_pad_nd(h, {0, mel_.bins - h.size(3), 0, frames - h.size(2)});
    Tensor waveform = vocoder_(h.transpose(2, 3).flatten(1, 2));  // both channels' bins, one after the other
    if (widening_) waveform = (*widening_)(waveform);
    return waveform.to(at::kFloat).contiguous();
}

}  // namespace easel::inference
