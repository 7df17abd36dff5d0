#include "inference/models/wan/vace.hpp"

#include "inference/weights/blocks_of.hpp"

#include <algorithm>

namespace easel::inference::wan {

VaceBlock::VaceBlock(const Weights& w) : block(w), after(w / "after_proj") {
    if (w.has_part("before_proj")) before.emplace(w / "before_proj");
}

Vace::Vace(const Weights& w, int64_t block_count)
    : patch_weight_(w["vace_patch_embedding.weight"]), patch_bias_(w["vace_patch_embedding.bias"]) {
    const Weights parts = w / "vace_blocks";
    blocks_ = blocks_of<VaceBlock>(parts);
    stride_ = std::max<int64_t>(1, block_count / std::max<int64_t>(1, parts.count()));
}

Vace::Guide::Guide(const Vace& vace, const Tensor& videos, Tensor strengths, Tensor x)
    : vace_(vace), first_(std::move(x)), strengths_(std::move(strengths)) {
    const Tensor& weight = vace.patch_weight_.as(at::kFloat, videos.device());
    const Tensor& bias = vace.patch_bias_.as(at::kFloat, videos.device());
    for (const Tensor& video : videos.unbind(1)) {
        const Tensor cells = at::conv3d(video, weight, bias, weight.sizes().slice(2));
        watched_.push_back(cells.flatten(2).transpose(1, 2).to(first_.scalar_type()).contiguous());
    }
}

Tensor Vace::Guide::after(int64_t index, Tensor x, const Tensor& time, const Rope& rope, const Context& context) {
    const int64_t own = index / vace_.stride_;
    if (index % vace_.stride_ != 0 || own >= static_cast<int64_t>(vace_.blocks_.size())) return x;
    const VaceBlock& block = vace_.blocks_[static_cast<std::size_t>(own)];
    for (std::size_t i = 0; i < watched_.size(); ++i) {
        Tensor& tokens = watched_[i];
        if (block.before) tokens = (*block.before)(tokens) + first_;
        tokens = block.block(tokens, time, rope, context);
        const Tensor strength = strengths_.select(1, static_cast<int64_t>(i)).to(x.scalar_type()).view({-1, 1, 1});
        x = x + block.after(tokens) * strength;
    }
    return x;
}

}  // namespace easel::inference::wan
