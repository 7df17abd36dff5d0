#include "inference/vae/hunyuan/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"

#include <ATen/ops/replication_pad3d.h>

#include <algorithm>

namespace easel::inference::hunyuan_vae {
namespace {

constexpr double group_eps = 1e-6;
constexpr int64_t earlier_frames = 2;

}  // namespace

Tensor FrameCarry::extended(const Tensor& x, const void* layer) {
    Tensor& kept = kept_[layer];
    const Tensor seen = kept.defined() ? at::cat({kept, at::replication_pad3d(x, {1, 1, 1, 1, 0, 0})}, 2)
                                       : at::replication_pad3d(x, {1, 1, 1, 1, earlier_frames, 0});
    kept = seen.slice(2, -earlier_frames).clone();
    return seen;
}

Tensor CausalConv::operator()(const Tensor& x, FrameCarry& carry) const {
    return at::conv3d(carry.extended(x, this), weight.like(x), bias.like(x), stride);
}

Norm::Norm(const Weights& w) {
    if (w.contains("gamma"))
        over_channels.emplace(w);
    else
        over_groups.emplace(w, group_eps);
}

Weights convolution_in(const Weights& w) { return w.has_part("conv") ? w / "conv" : w; }

ResBlock::ResBlock(const Weights& w)
    : norm1(w / "norm1"), norm2(w / "norm2"), conv1(convolution_in(w / "conv1")), conv2(convolution_in(w / "conv2")) {
    if (w.has_part("nin_shortcut")) shortcut.emplace(convolution_in(w / "nin_shortcut"));
}

Tensor ResBlock::operator()(const Tensor& x, FrameCarry& carry) const {
    const Tensor h = conv2(norm2.then_silu(conv1(norm1.then_silu(x), carry)), carry);
    return (shortcut ? (*shortcut)(x) : x) + h;
}

Tensor VideoAttention::operator()(const Tensor& x) const {
    const Tensor h = norm(x);
    const auto tokens = [](const Tensor& cells) { return cells.flatten(2).transpose(1, 2).contiguous().unsqueeze(1); };
    const Tensor mixed = inference::attention(tokens(q(h)), tokens(k(h)), tokens(v(h)));  // [batch, 1, cells, channels]
    return x + out(mixed.squeeze(1).transpose(1, 2).reshape(x.sizes()));
}

Tensor Middle::operator()(const Tensor& x) const {
    FrameCarry whole;
    return last(attention(first(x, whole)), whole);
}

std::vector<ResBlock> residual_blocks(const Weights& w) { return blocks_of<ResBlock>(w / "block"); }

std::vector<Tensor> pixel_chunks(const Tensor& video) {
    constexpr int64_t group = 4, chunk = 8;
    std::vector<Tensor> chunks{video.narrow(2, 0, 1)};
    const int64_t end = 1 + (video.size(2) - 1) / group * group;
    for (int64_t at = 1; at < end; at += chunk)
        chunks.push_back(video.slice(2, at, std::min(at + chunk, end)));
    return chunks;
}

}  // namespace easel::inference::hunyuan_vae
