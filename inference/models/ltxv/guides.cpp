#include "inference/models/ltxv/guides.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/upsample_nearest1d.h>

#include <algorithm>
#include <limits>

namespace easel::inference::ltxv {
namespace {

// A mask in pixels [frames, h, w] as one number for each latent cell [cells]: its first frame stands for the first
// latent frame, the others are averaged in groups. (LTXVModel._downsample_mask_to_latent)
Tensor cell_mask(const Tensor& mask, const std::array<int64_t, 3>& size) {
    const int64_t frames = size[0];
    const Tensor small = at::adaptive_avg_pool2d(mask.to(at::kFloat).unsqueeze(1), {size[1], size[2]}).squeeze(1);
    if (frames == 1) return small.slice(0, 0, 1).flatten();
    const int64_t later = small.size(0) - 1, wanted = frames - 1;
    if (later == 0) return small.expand({frames, -1, -1}).flatten();
    const Tensor first = small.slice(0, 0, 1), rest = small.slice(0, 1);
    if (later < wanted) {
        const Tensor in_time = rest.permute({1, 2, 0}).flatten(0, 1).unsqueeze(1);  // [rows * columns, 1, frames]
        const Tensor more = at::upsample_nearest1d(in_time, wanted).squeeze(1).t();
        return at::cat({first.flatten(), more.flatten()});
    }
    const int64_t group = later / wanted;
    return at::cat({first, rest.slice(0, 0, wanted * group).unflatten(0, {wanted, group}).mean(1)}).flatten();
}

}  // namespace

Tensor GuideAttention::operator()(const Tensor& q, const Tensor& k, const Tensor& v) const {
    const int64_t guided = to_video.size(2), last = first + guided;
    std::vector<Tensor> parts;
    if (first > 0) parts.push_back(attention(q.narrow(2, 0, first), k, v, to_guides));
    parts.push_back(attention(q.narrow(2, first, guided), k, v, to_video));
    if (last < q.size(2)) parts.push_back(attention(q.slice(2, last), k, v));
    return at::cat(parts, 2);
}

std::optional<GuideAttention> guide_attention(const Guides& guides, const Tensor& kept, int64_t tokens,
                                              at::ScalarType dtype) {
    const auto changes = [](const Guide& guide) { return guide.strength != 1.0 || guide.mask; };
    if (std::ranges::none_of(guides.list, changes)) return std::nullopt;
    std::vector<Tensor> weights;
    int64_t start = 0;
    for (const Guide& guide : guides.list) {
        if (start + guide.cells > kept.size(0)) break;
        const int64_t count = kept.narrow(0, start, guide.cells).sum().item<int64_t>();
        start += guide.cells;
        if (count == 0) continue;
        Tensor weight = at::full({count}, guide.strength, at::kFloat);
        if (guide.mask) {
            const Tensor by_cell = cell_mask(*guide.mask, guide.latent_size);
            weight = by_cell.slice(0, 0, std::min(count, by_cell.size(0))) * guide.strength;
        }
        weights.push_back(weight);
    }
    if (start != kept.size(0))
        throw UserError("the guides of the conditioning are not those of the latent: crop the guides of the one and "
                        "the other together");
    if (weights.empty()) return std::nullopt;
    const Tensor weight = at::cat(weights);
    if (weight.eq(1.0).all().item<bool>()) return std::nullopt;

    constexpr float smallest = std::numeric_limits<float>::min(), out_of_sight = -3e38f;
    const Tensor added = at::where(weight.gt(0), weight.clamp_min(smallest).log(), at::full_like(weight, out_of_sight))
                             .to(kept.device(), dtype);
    const int64_t first = tokens - kept.sum().item<int64_t>();
    const Tensor none = at::zeros({1, 1, 1, tokens}, added.options());
    GuideAttention result{.first = first, .to_guides = none.clone(), .to_video = {}};
    result.to_guides.narrow(3, first, added.size(0)).copy_(added);
    result.to_video = none.repeat({1, 1, added.size(0), 1});
    result.to_video.narrow(3, 0, first).copy_(added.view({1, 1, -1, 1}).expand({1, 1, -1, first}));
    return result;
}

}  // namespace easel::inference::ltxv
