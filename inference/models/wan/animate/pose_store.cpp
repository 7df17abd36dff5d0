#include "inference/models/wan/animate/pose_store.hpp"

#include <cmath>

namespace easel::inference::wan {
namespace {

// Mixes the numbers of groups of a token evenly (a Walsh-Hadamard transform, its own inverse), so that a few large
// channels do not take the range from the others. The largest power of four that divides the width, at most 256.
Tensor mixed(const Tensor& rows) {
    int64_t size = 256;
    while (size > 4 && rows.size(1) % size != 0)
        size /= 4;
    if (rows.size(1) % size != 0) return rows;
    Tensor matrix = at::ones({1, 1});
    while (matrix.size(0) < size)
        matrix = at::cat({at::cat({matrix, matrix}, 1), at::cat({matrix, -matrix}, 1)}) * (1.0 / std::sqrt(2.0));
    return at::matmul(rows.unflatten(1, {-1, size}), matrix.to(rows.device())).flatten(1);
}

}  // namespace

void PoseStore::Blocks::add(const Tensor& tokens) {
    Kept kept{.values = tokens, .scale = {}};
    if (settings_.bits != 0) {
        shape_ = tokens.sizes().vec();
        const double most = settings_.bits == 8 ? 127.0 : 7.0;
        const Tensor rows = mixed(tokens.to(at::kFloat).reshape({-1, tokens.size(-1)}));
        kept.scale = rows.abs().amax(1, true).clamp_min(1e-12) / most;
        kept.values = (rows / kept.scale).round().clamp(-most, most).to(at::kChar);
        if (settings_.bits == 4) {  // two in a byte
            const Tensor pairs = (kept.values + 8).unflatten(1, {-1, 2}).to(at::kByte);
            kept.values = pairs.select(2, 0) * 16 + pairs.select(2, 1);
        }
    } else {
        kept.values = tokens.clone();
    }
    if (!settings_.on_device) kept.values = kept.values.to(at::kCPU);
    blocks_.push_back(std::move(kept));
}

Tensor PoseStore::Blocks::of(int64_t block, const Tensor& like) const {
    const Kept& kept = blocks_[static_cast<std::size_t>(block)];
    Tensor values = kept.values.to(like.device());
    if (settings_.bits == 0) return values.to(like.scalar_type());
    if (settings_.bits == 4)
        values = at::stack({values.bitwise_right_shift(4), values.bitwise_and(15)}, 2).flatten(1).to(at::kFloat) - 8.0;
    return mixed(values.to(at::kFloat) * kept.scale).reshape(shape_).to(like.scalar_type());
}

PoseStore::Blocks& PoseStore::of(const Tensor& poses) const {
    const Tensor key = poses.slice(0, 0, 1);
    for (auto& [known, blocks] : videos_)
        if (known.sizes() == key.sizes() && at::equal(known, key)) return blocks;
    videos_.emplace_back(key.clone(), Blocks(settings_));
    return videos_.back().second;
}

}  // namespace easel::inference::wan
