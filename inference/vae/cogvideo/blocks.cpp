#include "inference/vae/cogvideo/blocks.hpp"

#include "inference/layers/frames.hpp"

#include <ATen/ops/upsample_nearest3d.h>

namespace easel::inference::cogvideo_vae {
namespace {

constexpr double norm_eps = 1e-6;

Tensor frame_by_frame(const Conv2d& conv, const Tensor& video) {
    return frames_to_video(conv(video_to_frames(video)), video.size(2));
}

// Means of two frames each, but for the first of an odd number.
Tensor half_frames(const Tensor& x) {
    const int64_t first = x.size(2) % 2;
    const Tensor rest = x.slice(2, first);
    const Tensor halved = rest.unflatten(2, {rest.size(2) / 2, 2}).mean(3);
    return first == 0 ? halved : at::cat({x.narrow(2, 0, 1), halved}, 2);
}

Tensor repeated_cells(const Tensor& x, at::IntArrayRef size) {
    return x.sizes().slice(2) == size ? x : at::upsample_nearest3d(x, size);
}

}  // namespace

Tensor CausalConv::operator()(const Tensor& x, SeenFrames& seen) const {
    const int64_t earlier = weight.size(2) - 1, rows = weight.size(3) / 2, columns = weight.size(4) / 2;
    Tensor padded = x;
    if (earlier > 0) {
        Tensor& kept = seen[this];
        const bool is_lone = !kept.defined() && x.size(2) == 1;
        const Tensor before = kept.defined() ? kept : x.narrow(2, 0, 1).expand({-1, -1, earlier, -1, -1});
        padded = at::cat({before, x}, 2);
        kept = is_lone ? Tensor() : padded.slice(2, -earlier).clone();
    }
    return at::conv3d(padded, weight.like(x), bias.like(x), 1, {0, rows, columns});
}

Norm::Norm(const Weights& w) : groups(w.has_part("norm_layer") ? w / "norm_layer" : w, norm_eps) {
    if (!w.has_part("conv_y")) return;
    scale.emplace(w / "conv_y" / "conv");
    shift.emplace(w / "conv_b" / "conv");
}

// Convolutions of single cells come before their cells are repeated: there are fewer then.
Tensor Norm::then_silu(const Tensor& x, const Tensor& latent) const {
    if (!scale) return groups.then_silu(x);
    const auto at_cells = [&](const CellConv& conv) { return repeated_to(conv(latent), x.sizes().slice(2)); };
    return at::silu(at::addcmul(at_cells(*shift), groups(x), at_cells(*scale)));
}

ResBlock::ResBlock(const Weights& w) : norm1(w / "norm1"), norm2(w / "norm2"), conv1(w / "conv1"), conv2(w / "conv2") {
    if (w.has_part("conv_shortcut")) shortcut.emplace(w / "conv_shortcut");
}

Tensor ResBlock::operator()(const Tensor& x, const Tensor& latent, SeenFrames& seen) const {
    Tensor h = conv1(norm1.then_silu(x, latent), seen);
    h = conv2(norm2.then_silu(h, latent), seen);
    return (shortcut ? (*shortcut)(x) : x) + h;
}

std::vector<ResBlock> residual_blocks(const Weights& w) {
    std::vector<ResBlock> blocks;
    for (int64_t i = 0; i < w.count("resnets"); ++i)
        blocks.emplace_back(w / "resnets" / i);
    return blocks;
}

Tensor Downsample::operator()(const Tensor& x) const {
    const Tensor fewer = changes_frames ? half_frames(x) : x;
    return frame_by_frame(conv, at::constant_pad_nd(fewer, {0, 1, 0, 1}));  // right and bottom only
}

Tensor Upsample::operator()(const Tensor& x) const {
    const int64_t frames = x.size(2), rows = x.size(3) * 2, columns = x.size(4) * 2;
    const bool doubles = changes_frames && frames > 1;
    const int64_t made = doubles ? 2 * frames - frames % 2 : frames;
    return frame_by_frame(conv, repeated_to(x, {made, rows, columns}));
}

Tensor repeated_to(const Tensor& x, at::IntArrayRef size) {
    const bool first_alone = size[0] > 1 && size[0] % 2 == 1 && x.size(2) > 1 && x.size(2) != size[0];
    if (!first_alone) return repeated_cells(x, size);
    return at::cat({repeated_cells(x.narrow(2, 0, 1), {1, size[1], size[2]}),
                    repeated_cells(x.slice(2, 1), {size[0] - 1, size[1], size[2]})},
                   2);
}

}  // namespace easel::inference::cogvideo_vae
