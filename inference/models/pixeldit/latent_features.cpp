#include "inference/models/pixeldit/latent_features.hpp"

#include "base/error.hpp"

#include <string>

namespace easel::inference::pixeldit {
namespace {

constexpr int64_t norm_groups = 4;
constexpr int64_t patched_cells = 2;  // a side of the finer cells that FLUX.2's hold

}  // namespace

LatentFeatures::ResBlock::ResBlock(const Weights& w)
    : norm1(w / "block" / 0, 1e-5, norm_groups), norm2(w / "block" / 3, 1e-5, norm_groups),
      conv1(w / "block" / 2, 1, 0), conv2(w / "block" / 5, 1, 0) {}

// exp(log_alpha) and the sum are float32 whatever the type of the activations.
Tensor LatentFeatures::Gate::operator()(const Tensor& x, const Tensor& features, const Tensor& noise) const {
    const Tensor offset = log_alpha.as(at::kFloat, x.device()).exp() * noise.view({-1, 1, 1});
    const Tensor gate = (content(at::cat({x, features}, -1)) - offset).sigmoid();
    return x + (gate * features).to(x.scalar_type());
}

LatentFeatures::LatentFeatures(const Weights& w, int64_t blocks)
    : in_(w / "lq_proj" / "latent_proj" / 0, 1, 0), middle_(w / "lq_proj" / "latent_proj" / 2, 1, 0) {
    const Weights part = w / "lq_proj";
    for (int64_t i = 3; (part / "latent_proj").has_part(std::to_string(i)); ++i)
        blocks_.emplace_back(part / "latent_proj" / i);
    for (int64_t i = 0; i < part.count("gate_modules"); ++i) {
        heads_.emplace_back(part / "output_heads" / i);
        gates_.emplace_back(part / "gate_modules" / i);
    }
    const auto count = static_cast<int64_t>(gates_.size());
    interval_ = count == 0 ? blocks : (blocks + count - 1) / count;
    if (!part.has_part("pit_head")) return;
    last_head_.emplace(part / "pit_head");
    last_gate_.emplace(w / "pit_lq_gate");
}

Tensor LatentFeatures::convolved(const Conv2d& conv, const Tensor& x) const {
    return conv(at::pad(x, {1, 1, 1, 1}, last_gate_ ? "replicate" : "constant"));
}

std::vector<Tensor> LatentFeatures::operator()(const Tensor& latent, int64_t rows, int64_t columns) const {
    Tensor cells = latent;
    const int64_t channels = in_.in_channels();
    if (last_gate_ && cells.size(1) == channels * patched_cells * patched_cells)
        cells = at::pixel_shuffle(cells, patched_cells);
    if (cells.size(1) != channels)
        throw UserError("the latent has " + std::to_string(latent.size(1)) + " channels, this PiD reads latents of " +
                        std::to_string(channels) + ": take the PiD of the model that made it");
    if (cells.size(2) != rows || cells.size(3) != columns) cells = at::upsample_nearest2d(cells, {rows, columns});
    Tensor x = convolved(middle_, at::silu(convolved(in_, cells)));
    for (const ResBlock& block : blocks_)
        x = x + convolved(block.conv2, at::silu(block.norm2(convolved(block.conv1, at::silu(block.norm1(x))))));
    const Tensor tokens = x.flatten(2).transpose(1, 2).contiguous();
    std::vector<Tensor> features;
    for (const Linear& head : heads_)
        features.push_back(head(tokens));
    if (last_head_) features.push_back((*last_head_)(tokens));
    return features;
}

Tensor LatentFeatures::before_block(const Tensor& patches, const std::vector<Tensor>& features, const Tensor& noise,
                                    int64_t block) const {
    const auto index = static_cast<std::size_t>(block / interval_);
    if (block % interval_ != 0 || index >= gates_.size()) return patches;
    return gates_[index](patches, features[index], noise);
}

Tensor LatentFeatures::behind_blocks(const Tensor& patches, const std::vector<Tensor>& features,
                                     const Tensor& noise) const {
    return last_gate_ ? (*last_gate_)(patches, features.back(), noise) : patches;
}

}  // namespace easel::inference::pixeldit
