#include "inference/vae/wan/blocks.hpp"

#include "inference/layers/attention.hpp"

#include <cmath>

namespace easel::inference::wan_vae {
namespace {

Tensor last_frames(const Tensor& x, int64_t count) { return x.narrow(2, x.size(2) - count, count); }

// [batch, channels, frames, h, w] as pictures [batch * frames, channels, h, w], and back.
Tensor as_pictures(const Tensor& x) { return x.transpose(1, 2).flatten(0, 1); }
Tensor as_video(const Tensor& pictures, int64_t batch) {
    return pictures.unflatten(0, {batch, pictures.size(0) / batch}).transpose(1, 2);
}

// `x` with `count` remembered frames in front, zeros where the video begins.
Tensor with_history(const Tensor& x, const Tensor& history, int64_t count) {
    const int64_t known = history.defined() ? history.size(2) : 0;
    std::vector<Tensor> parts;
    if (known < count) {
        std::vector<int64_t> shape = x.sizes().vec();
        shape[2] = count - known;
        parts.push_back(at::zeros(shape, x.options()));
    }
    if (known > 0) parts.push_back(history);
    parts.push_back(x);
    return at::cat(parts, 2);
}

// The same for each factor of `x`'s height, width and perhaps frames.
struct Factors {
    int64_t frames, side;
    int64_t product() const { return frames * side * side; }
};

// The mean over blocks of `factors`, then over neighbouring channels down to `channels`.
Tensor averaged(const Tensor& x, const Factors& factors, int64_t channels) {
    Tensor padded = x;
    if (const int64_t rest = x.size(2) % factors.frames; rest != 0)
        padded = at::constant_pad_nd(x, {0, 0, 0, 0, factors.frames - rest, 0});
    const int64_t batch = x.size(0), frames = padded.size(2) / factors.frames;
    const int64_t height = x.size(3) / factors.side, width = x.size(4) / factors.side;
    return padded.reshape({batch, x.size(1), frames, factors.frames, height, factors.side, width, factors.side})
        .permute({0, 1, 3, 5, 7, 2, 4, 6})
        .reshape({batch, channels, x.size(1) * factors.product() / channels, frames, height, width})
        .mean(2);
}

// Channels spread over blocks of `factors`, each as often as it takes to fill them.
Tensor spread(const Tensor& x, const Factors& factors, int64_t channels) {
    const int64_t batch = x.size(0), frames = x.size(2), height = x.size(3), width = x.size(4);
    return x.repeat_interleave(channels * factors.product() / x.size(1), 1)
        .reshape({batch, channels, factors.frames, factors.side, factors.side, frames, height, width})
        .permute({0, 1, 5, 2, 6, 3, 7, 4})
        .reshape({batch, channels, frames * factors.frames, height * factors.side, width * factors.side});
}

}  // namespace

Tensor FrameMemory::recall(const void* layer) const {
    const auto found = kept_.find(layer);
    return found == kept_.end() ? Tensor() : found->second;
}

Tensor CausalConv::operator()(const Tensor& x, FrameMemory& memory) const {
    const int64_t reach = weight.size(2) - 1, padding = weight.size(3) / 2;
    const Tensor history = reach > 0 ? memory.recall(this) : Tensor();
    const Tensor& kernel = weight.like(x);
    // Of a frame behind nothing but zeros, only the kernel's last slice sees anything.
    if (!history.defined() && x.size(2) == 1) {
        if (reach > 0) memory.keep(this, x);
        return at::conv2d(x.select(2, 0), kernel.select(2, reach), bias.like(x), 1, padding).unsqueeze(2);
    }
    const Tensor seen = reach > 0 ? with_history(x, history, reach) : x;
    if (reach > 0) memory.keep(this, last_frames(seen, reach));
    return at::conv3d(seen, kernel, bias.like(x), 1, {0, padding, padding});
}

Tensor ChannelNorm::operator()(const Tensor& x) const {
    const Tensor length = at::linalg_vector_norm(x, 2, {1}, true).clamp_min(1e-12);
    const Tensor& scale = gamma.like(x);
    std::vector<int64_t> shape(static_cast<std::size_t>(x.dim()) - 1, 1);
    shape[0] = scale.size(0);
    return x / length * std::sqrt(static_cast<double>(scale.size(0))) * scale.reshape(shape);
}

ResidualBlock::ResidualBlock(const Weights& w)
    : norm1(w / "residual" / 0), norm2(w / "residual" / 3), conv1(w / "residual" / 2), conv2(w / "residual" / 6) {
    if (w.has_part("shortcut")) shortcut.emplace(w / "shortcut");
}

Tensor ResidualBlock::operator()(const Tensor& x, FrameMemory& memory) const {
    const Tensor h = conv2(at::silu(norm2(conv1(at::silu(norm1(x)), memory))), memory);
    return h + (shortcut ? (*shortcut)(x, memory) : x);
}

FrameAttention::FrameAttention(const Weights& w)
    : norm(w / "norm"), qkv(w["to_qkv.weight"]), qkv_bias(w["to_qkv.bias"]), out(w["proj.weight"]),
      out_bias(w["proj.bias"]) {}

Tensor FrameAttention::operator()(const Tensor& x) const {
    const Tensor pictures = norm(as_pictures(x));
    const auto parts = at::conv2d(pictures, qkv.like(x), qkv_bias.like(x)).chunk(3, 1);
    const auto tokens = [](const Tensor& part) { return part.flatten(2).transpose(1, 2).unsqueeze(1); };
    const Tensor mixed = attention(tokens(parts[0]), tokens(parts[1]), tokens(parts[2]));  // [n, 1, h * w, channels]
    const Tensor planes = mixed.squeeze(1).transpose(1, 2).reshape(pictures.sizes());
    return x + as_video(at::conv2d(planes, out.like(x), out_bias.like(x)), x.size(0));
}

Resample::Resample(const Weights& w, Direction direction_)
    : direction(direction_), weight(w["resample.1.weight"]), bias(w["resample.1.bias"]),
      time_weight(w.maybe("time_conv.weight")), time_bias(w.maybe("time_conv.bias")) {}

Tensor Resample::operator()(const Tensor& x, FrameMemory& memory) const {
    const int64_t batch = x.size(0);
    if (direction == Direction::up) {
        const Tensor frames = changes_time() ? double_frames(x, memory) : x;
        const Tensor large = at::upsample_nearest2d(as_pictures(frames), {x.size(3) * 2, x.size(4) * 2});
        return as_video(at::conv2d(large, weight.like(x), bias.like(x), 1, 1), batch);
    }
    const Tensor padded = at::constant_pad_nd(as_pictures(x), {0, 1, 0, 1});
    const Tensor small = as_video(at::conv2d(padded, weight.like(x), bias.like(x), 2), batch);
    return changes_time() ? halve_frames(small, memory) : small;
}

// The video's first frame stays one and is nothing that the later ones look back at.
Tensor Resample::double_frames(const Tensor& x, FrameMemory& memory) const {
    if (memory.is_first_chunk()) return x;
    const int64_t reach = time_weight.size(2) - 1;
    const Tensor seen = with_history(x, memory.recall(this), reach);
    memory.keep(this, last_frames(seen, reach));
    const Tensor both = at::conv3d(seen, time_weight.like(x), time_bias.like(x));  // [b, 2 * channels, frames, h, w]
    return both.unflatten(1, {2, x.size(1)}).permute({0, 2, 3, 1, 4, 5}).flatten(2, 3);
}

Tensor Resample::halve_frames(const Tensor& x, FrameMemory& memory) const {
    const Tensor before = memory.recall(this);
    memory.keep(this, last_frames(x, 1));
    if (!before.defined()) return x;
    return at::conv3d(at::cat({before, x}, 2), time_weight.like(x), time_bias.like(x), {2, 1, 1});
}

Tensor Middle::operator()(const Tensor& x, FrameMemory& memory) const {
    return last(attention(first(x, memory)), memory);
}

Stage::Stage(const std::vector<Weights>& layers, Resample::Direction direction, bool has_bypass_) {
    for (const Weights& w : layers) {
        if (w.has_part("residual"))
            blocks.emplace_back(w);
        else
            resample.emplace(w, direction);
    }
    has_bypass = has_bypass_ && (resample || direction == Resample::Direction::down);
    out_channels = blocks.back().conv2.weight.size(0);
}

Tensor Stage::operator()(const Tensor& x, FrameMemory& memory) const {
    Tensor h = x;
    for (const ResidualBlock& block : blocks)
        h = block(h, memory);
    if (resample) h = (*resample)(h, memory);
    return has_bypass ? h + bypass(x, memory) : h;
}

Tensor Stage::bypass(const Tensor& x, FrameMemory& memory) const {
    const Factors factors{.frames = resample && resample->changes_time() ? 2 : 1, .side = resample ? 2 : 1};
    if (!resample || resample->direction == Resample::Direction::down) return averaged(x, factors, out_channels);
    const Tensor large = spread(x, factors, out_channels);
    return memory.is_first_chunk() ? last_frames(large, large.size(2) - factors.frames + 1) : large;
}

}  // namespace easel::inference::wan_vae
