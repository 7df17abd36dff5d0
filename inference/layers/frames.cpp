#include "inference/layers/frames.hpp"

#include "inference/layers/patches.hpp"

namespace easel::inference {

Tensor frames_to_video(const Tensor& x, int64_t frames) {
    return x.unflatten(0, {x.size(0) / frames, frames}).permute({0, 2, 1, 3, 4});
}

Tensor video_to_frames(const Tensor& video) { return video.permute({0, 2, 1, 3, 4}).flatten(0, 1); }

Tensor frames_of_whole_patches(const Tensor& video, int64_t patch) {
    return frames_to_video(padded_to_patches(video_to_frames(video), patch), video.size(2));
}

Tensor mixed(const Weight& factor, const Tensor& first, const Tensor& second) {
    const Tensor share = at::sigmoid(factor.like(first));
    return first * share + second * (1.0 - share);
}

Tensor FrameConv::operator()(const Tensor& video) const {
    const std::vector<int64_t> padding{weight.size(2) / 2, weight.size(3) / 2, weight.size(4) / 2};
    return at::conv3d(video, weight.like(video), bias.like(video), {1, 1, 1}, padding);
}

FrameResBlock::FrameResBlock(const Weights& w)
    : in_norm(w / "in_layers" / 0), out_norm(w / "out_layers" / 0), in_conv(w / "in_layers" / 2),
      out_conv(w / "out_layers" / 3) {
    if (w.has_part("emb_layers")) time.emplace(w / "emb_layers" / 1);
}

Tensor FrameResBlock::operator()(const Tensor& video, const Tensor& time_embedding) const {
    Tensor h = in_conv(in_norm.then_silu(video));
    if (time) {
        const Tensor told = (*time)(time_embedding);  // [batch * frames, channels]
        h = h + told.unflatten(0, {video.size(0), video.size(2)}).transpose(1, 2).unsqueeze(-1).unsqueeze(-1);
    }
    return video + out_conv(out_norm.then_silu(h));
}

}  // namespace easel::inference
