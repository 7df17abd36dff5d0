#include "inference/vae/wan/wan.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

using wan_vae::FrameMemory;
using wan_vae::Resample;
using wan_vae::Stage;

constexpr int64_t chunk_frames = 4;

// Wan 2.1 lists its layers one after the other, a stage ends with a change of resolution; Wan 2.2 groups them.
std::vector<Stage> stages(const Weights& w, std::string_view inner, Resample::Direction direction, bool is_grouped) {
    std::vector<Stage> result;
    std::vector<Weights> layers;
    const auto finish = [&] {
        if (!layers.empty()) result.emplace_back(layers, direction, is_grouped);
        layers.clear();
    };
    for (int64_t i = 0; i < w.count(); ++i) {
        const Weights group = w / i;
        if (is_grouped) {
            for (int64_t k = 0; k < group.count(inner); ++k)
                layers.push_back(group / inner / k);
            finish();
        } else {
            layers.push_back(group);
            if (group.has_part("resample")) finish();
        }
    }
    finish();
    return result;
}

// Squares of two by two pixels as channels, and back.
Tensor folded(const Tensor& x) {
    return x.unflatten(4, {x.size(4) / 2, 2})
        .unflatten(3, {x.size(3) / 2, 2})       // [b, c, f, h, row, w, column]
        .permute({0, 1, 6, 4, 2, 3, 5})         // [b, c, column, row, f, h, w]
        .flatten(1, 3);
}
Tensor unfolded(const Tensor& x) {
    return x.unflatten(1, {x.size(1) / 4, 2, 2})  // [b, c, column, row, f, h, w]
        .permute({0, 1, 4, 5, 3, 6, 2})
        .flatten(5, 6)
        .flatten(3, 4);
}

}  // namespace

AutoencoderWan::Coder::Coder(const Weights& w, std::string_view layers, Resample::Direction direction, bool is_grouped)
    : conv_in(w / "conv1"), norm_out(w / "head" / 0), conv_out(w / "head" / 2), middle(w / "middle"),
      stages(easel::inference::stages(w / layers, layers, direction, is_grouped)) {}

AutoencoderWan::AutoencoderWan(const Weights& w)
    : weights_(w), is_grouped_(w.has_part("decoder.upsamples.0.upsamples")),
      encoder_(w / "encoder", "downsamples", Resample::Direction::down, is_grouped_),
      decoder_(w / "decoder", "upsamples", Resample::Direction::up, is_grouped_), quant_(w / "conv1"),
      post_quant_(w / "conv2") {}

int64_t AutoencoderWan::pixel_channels() const { return encoder_.conv_in.weight.size(1) / (is_grouped_ ? 4 : 1); }

Tensor AutoencoderWan::encode_chunk(const Tensor& x, FrameMemory& memory) const {
    Tensor h = encoder_.conv_in(x, memory);
    for (const Stage& stage : encoder_.stages)
        h = stage(h, memory);
    h = encoder_.middle(h, memory);
    h = encoder_.conv_out(encoder_.norm_out.then_silu(h), memory);
    memory.end_chunk();
    return h;
}

Tensor AutoencoderWan::decode_chunk(const Tensor& z, FrameMemory& memory) const {
    Tensor h = decoder_.middle(decoder_.conv_in(z, memory), memory);
    for (const Stage& stage : decoder_.stages)
        h = stage(h, memory);
    h = decoder_.conv_out(decoder_.norm_out.then_silu(h), memory);
    memory.end_chunk();
    return h;
}

Tensor AutoencoderWan::encode(const Tensor& pixels) const {
    const Tensor video = pixels.to(weights_.device(), weights_.compute_dtype());
    const Tensor x = (is_grouped_ ? folded(video) : video).contiguous(at::MemoryFormat::ChannelsLast3d);
    FrameMemory memory;
    std::vector<Tensor> chunks{encode_chunk(x.narrow(2, 0, 1), memory)};
    for (int64_t at = 1; at + chunk_frames <= x.size(2); at += chunk_frames)
        chunks.push_back(encode_chunk(x.narrow(2, at, chunk_frames), memory));
    FrameMemory fresh;
    const Tensor moments = quant_(at::cat(chunks, 2), fresh);
    return moments.narrow(1, 0, moments.size(1) / 2).to(at::kFloat).contiguous();  // then come the log variances
}

Tensor AutoencoderWan::decode(const Tensor& latent) const {
    FrameMemory memory, fresh;
    const Tensor latents = latent.to(weights_.device(), weights_.compute_dtype());
    const Tensor z = post_quant_(latents.contiguous(at::MemoryFormat::ChannelsLast3d), fresh);
    std::vector<Tensor> chunks;
    for (int64_t i = 0; i < z.size(2); ++i)
        chunks.push_back(decode_chunk(z.narrow(2, i, 1), memory).to(at::kFloat));
    const Tensor video = at::cat(chunks, 2);
    return (is_grouped_ ? unfolded(video) : video).contiguous();
}

}  // namespace easel::inference
