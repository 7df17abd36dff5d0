#include "inference/vae/wan/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/conv.hpp"
#include "inference/layers/frames.hpp"
#include "inference/layers/fused_norm.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference::wan_vae {
namespace {

Tensor last_frames(const Tensor& x, int64_t count) { return x.narrow(2, x.size(2) - count, count); }

// Each frame [batch, channels, h, w], and the video that frames make.
std::vector<Tensor> frames_of(const Tensor& x) { return x.unbind(2); }
Tensor joined(const std::vector<Tensor>& frames) {
    const auto count = static_cast<int64_t>(frames.size());
    return at::cat(frames).unflatten(0, {count, frames.front().size(0)}).permute({1, 2, 0, 3, 4});
}

// Kernels over pictures, made of one over time too: the slice that sees the last frame, or all of them, one behind the
// other along the input channels.
Tensor last_slice(const Tensor& weight) { return weight.select(2, weight.size(2) - 1); }
Tensor all_slices(const Tensor& weight) { return weight.transpose(1, 2).flatten(1, 2); }
constexpr int last_slice_variant = 1, all_slices_variant = 2;

// Of a video of one frame behind nothing but zeros, and of kernels that reach over one frame, only the last slice sees
// anything.
Tensor over_single(const Tensor& pictures, const Weight& weight, const Weight& bias) {
    return conv2d(pictures, weight, bias,
                  {.padding = weight.size(3) / 2, .kernel = &last_slice, .variant = last_slice_variant});
}

// A convolution over time and space that begins with every `step`-th frame.
Tensor over_frames(const std::vector<Tensor>& frames, const Weight& weight, const Weight& bias, std::size_t step) {
    const auto seen = static_cast<std::size_t>(weight.size(2));
    std::vector<Tensor> results;
    for (std::size_t first = 0; first + seen <= frames.size(); first += step) {
        const Tensor stacked = at::cat(at::TensorList(frames).slice(first, seen), 1);
        results.push_back(
            conv2d(stacked, weight, bias,
                   {.padding = weight.size(3) / 2, .kernel = &all_slices, .variant = all_slices_variant}));
    }
    return joined(results);
}

// A convolution that sees earlier frames too, which `memory` keeps for `layer`; before the video's first are zeros.
Tensor causal(const Tensor& x, const Weight& weight, const Weight& bias, const void* layer, FrameMemory& memory) {
    const auto reach = static_cast<std::size_t>(weight.size(2) - 1);
    if (reach == 0) return frames_to_video(over_single(video_to_frames(x), weight, bias), x.size(2));
    std::vector<Tensor> seen = memory.recall(layer);
    const std::vector<Tensor> frames = frames_of(x);
    const bool is_alone = seen.empty() && frames.size() == 1;
    seen.insert(seen.end(), frames.begin(), frames.end());
    memory.keep(layer, {seen.end() - static_cast<std::ptrdiff_t>(std::min(reach, seen.size())), seen.end()});
    if (is_alone) return over_single(frames.front(), weight, bias).unsqueeze(2);
    while (seen.size() < reach + frames.size())
        seen.insert(seen.begin(), at::zeros_like(frames.front()));
    return over_frames(seen, weight, bias, 1);
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

std::vector<Tensor> FrameMemory::recall(const void* layer) const {
    const auto found = kept_.find(layer);
    return found == kept_.end() ? std::vector<Tensor>() : found->second;
}

void FrameMemory::keep(const void* layer, const std::vector<Tensor>& frames) {
    std::vector<Tensor>& kept = kept_[layer];
    std::vector<Tensor> own;
    for (const Tensor& frame : frames) {
        const bool is_part = frame.storage().nbytes() > frame.nbytes() * frames.size();
        own.push_back(is_part ? frame.clone() : frame);
    }
    kept = std::move(own);
}

Tensor CausalConv::operator()(const Tensor& x, FrameMemory& memory) const {
    return causal(x, weight, bias, this, memory);
}

Tensor ChannelNorm::operator()(const Tensor& x) const {
    const Tensor& scale = gamma.like(x);
    if (runs_fused_norm(x)) return fused_channel_norm(x, scale, Activation::none);
    const Tensor length = at::linalg_vector_norm(x, 2, {1}, true).clamp_min(1e-12);
    std::vector<int64_t> shape(static_cast<std::size_t>(x.dim()) - 1, 1);
    shape[0] = scale.size(0);
    return (x * (std::sqrt(static_cast<double>(scale.size(0))) / length)).mul_(scale.reshape(shape));
}

Tensor ChannelNorm::then_silu(const Tensor& x) const {
    if (runs_fused_norm(x)) return fused_channel_norm(x, gamma.like(x), Activation::silu);
    Tensor result = (*this)(x);
    return at::silu_(result);
}

ResidualBlock::ResidualBlock(const Weights& w)
    : norm1(w / "residual" / 0), norm2(w / "residual" / 3), conv1(w / "residual" / 2), conv2(w / "residual" / 6) {
    if (w.has_part("shortcut")) shortcut.emplace(w / "shortcut");
}

Tensor ResidualBlock::operator()(const Tensor& x, FrameMemory& memory) const {
    const Tensor h = conv2(norm2.then_silu(conv1(norm1.then_silu(x), memory)), memory);
    return h + (shortcut ? (*shortcut)(x, memory) : x);
}

FrameAttention::FrameAttention(const Weights& w)
    : norm(w / "norm"), qkv(w["to_qkv.weight"]), qkv_bias(w["to_qkv.bias"]), out(w["proj.weight"]),
      out_bias(w["proj.bias"]) {}

Tensor FrameAttention::operator()(const Tensor& x) const {
    const Tensor pictures = norm(video_to_frames(x));
    const auto parts = conv2d(pictures, qkv, qkv_bias, {}).chunk(3, 1);
    const auto tokens = [](const Tensor& part) { return part.permute({0, 2, 3, 1}).flatten(1, 2).unsqueeze(1); };
    const Tensor mixed = attention(tokens(parts[0]), tokens(parts[1]), tokens(parts[2]));  // [n, 1, h * w, channels]
    const Tensor planes = mixed.squeeze(1).unflatten(1, {x.size(3), x.size(4)}).permute({0, 3, 1, 2});
    return x + frames_to_video(conv2d(planes, out, out_bias, {}), x.size(2));
}

Resample::Resample(const Weights& w, Direction direction_)
    : direction(direction_), weight(w["resample.1.weight"]), bias(w["resample.1.bias"]),
      time_weight(w.maybe("time_conv.weight")), time_bias(w.maybe("time_conv.bias")) {}

Tensor Resample::operator()(const Tensor& x, FrameMemory& memory) const {
    if (direction == Direction::up) {
        const Tensor frames = changes_time() ? double_frames(x, memory) : x;
        const Tensor large = at::upsample_nearest2d(video_to_frames(frames), {x.size(3) * 2, x.size(4) * 2});
        return frames_to_video(conv2d(large, weight, bias, {.padding = 1}), frames.size(2));
    }
    const Tensor padded = at::constant_pad_nd(video_to_frames(x), {0, 1, 0, 1});
    const Tensor small = frames_to_video(conv2d(padded, weight, bias, {.stride = 2}), x.size(2));
    return changes_time() ? halve_frames(small, memory) : small;
}

// The video's first frame stays one and is nothing that the later ones look back at.
Tensor Resample::double_frames(const Tensor& x, FrameMemory& memory) const {
    if (memory.is_first_chunk()) return x;
    const Tensor both = causal(x, time_weight, time_bias, this, memory);  // [b, 2 * channels, frames, h, w]
    return both.unflatten(1, {2, x.size(1)}).permute({0, 2, 3, 1, 4, 5}).flatten(2, 3);
}

Tensor Resample::halve_frames(const Tensor& x, FrameMemory& memory) const {
    std::vector<Tensor> seen = memory.recall(this);
    const std::vector<Tensor> frames = frames_of(x);
    memory.keep(this, {frames.back()});
    if (seen.empty()) return x;
    seen.insert(seen.end(), frames.begin(), frames.end());
    return over_frames(seen, time_weight, time_bias, 2);
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
