#include "inference/audio/encoder/whisper.hpp"

#include "inference/layers/attention.hpp"
#include "inference/vae/sound/mel.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference {
namespace {

constexpr int64_t whisper_head = 64;
constexpr int64_t samples_heard = 30 * 16000;

}  // namespace

Whisper::Layer::Layer(const Weights& w)
    : q(w / "self_attn" / "q_proj"), k(w / "self_attn" / "k_proj"), v(w / "self_attn" / "v_proj"),
      out(w / "self_attn" / "out_proj"), ff_in(w / "fc1"), ff_out(w / "fc2"), norm(w / "self_attn_layer_norm"),
      norm_ff(w / "final_layer_norm") {}

Whisper::Whisper(const Weights& w)
    : first_(w / "encoder" / "conv1"), second_(w / "encoder" / "conv2"),
      positions_(w["encoder.embed_positions.weight"]), norm_(w / "encoder" / "layer_norm") {
    layers_ = blocks_of<Layer>(w / "encoder" / "layers");
}

Tensor Whisper::heard(const Tensor& mono) const {
    constexpr double quietest = 1e-10, range = 8.0;  // of powers; of their logarithms
    const int64_t known = std::min(mono.size(1), samples_heard);
    const Tensor half_minute = at::constant_pad_nd(mono.slice(1, 0, known), {0, samples_heard - known});
    const MelScale scale{
        .sample_rate = 16000, .fft_size = 400, .bins = first_.weight.size(1), .lowest = 0.0, .highest = 8000.0};
    const Tensor power = spectrogram(half_minute, {.fft_size = scale.fft_size, .hop = 160}).square();
    const Tensor mel = at::matmul(power.transpose(1, 2), mel_filters(scale).to(power.device())).transpose(1, 2);
    const Tensor loudness = mel.slice(2, 0, -1).clamp_min(quietest).log10();
    return (at::maximum(loudness, loudness.max() - range) + 4.0) / 4.0;
}

std::vector<Tensor> Whisper::operator()(const Tensor& waveform) const {
    Tensor x = heard(waveform.mean(1));
    x = at::gelu(at::conv1d(x, first_.weight.like(x), first_.bias.like(x), 1, 1));
    x = at::gelu(at::conv1d(x, second_.weight.like(x), second_.bias.like(x), 2, 1)).transpose(1, 2);
    x = x + positions_.like(x);
    const int64_t heads = x.size(2) / whisper_head;
    std::vector<Tensor> states;
    for (const Layer& layer : layers_) {
        states.push_back(x);
        const Tensor asked = layer.norm(x);
        x = x + layer.out(attention(layer.q(asked), layer.k(asked), layer.v(asked), heads));
        x = x + layer.ff_out(at::gelu(layer.ff_in(layer.norm_ff(x))));
    }
    states.push_back(norm_(x));
    return states;
}

}  // namespace easel::inference
