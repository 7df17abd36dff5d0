#include "inference/vae/triposplat/octree.hpp"

#include "inference/layers/modulation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace easel::inference::triposplat {
namespace {

// How `counts` [batch, cells] points fall into parts of probability `shares` [batch, cells, parts]: evenly spaced ones
// from a random start, which leaves the least to chance. (sample_probs)
Tensor shared_out(const Tensor& shares, const Tensor& counts, at::Generator& generator) {
    const int64_t cells = counts.numel(), parts = shares.size(-1), most = counts.max().item<int64_t>();
    const Tensor chances = shares.reshape({cells, parts}).to(at::kFloat).clamp_min(0);
    const Tensor sums = chances.sum(1, true);
    const Tensor normal = at::where(sums == 0, at::full({}, 1.0f / static_cast<float>(parts), sums.options()),
                                    chances / sums.clamp_min(1));
    const Tensor bounds = normal.cumsum(1).clamp_max(1.0).contiguous();
    const Tensor number = counts.reshape({cells, 1});
    const Tensor index = at::arange(most, bounds.options()).unsqueeze(0);
    const Tensor start = at::rand({cells, 1}, generator, at::TensorOptions().dtype(at::kFloat)).to(bounds.device());
    const Tensor points = ((start + index) / number.clamp_min(1).to(at::kFloat)).clamp_max(1.0);
    const Tensor part = at::searchsorted(bounds, points.contiguous()).clamp_max(parts - 1);
    const Tensor counted = (index < number).to(at::kFloat);
    const Tensor result = at::zeros({cells, parts}, bounds.options()).scatter_add(1, part, counted);
    return result.to(at::kLong).view({counts.size(0), counts.size(1), parts});
}

// The eight corners' offsets, x first.
Tensor child_offsets(at::Device device) {
    const Tensor number = at::arange(8, at::TensorOptions().dtype(at::kLong).device(device));
    return at::stack({number.bitwise_and(1), number.div(2, "floor").bitwise_and(1), number.div(4, "floor")}, 1);
}

// Cells that hold points, of each cloud; clouds with less cells have empty ones at their end.
struct Cells {
    Tensor places;  // [batch, cells, 3]
    Tensor counts;  // [batch, cells]
};

Cells occupied(const Tensor& places, const Tensor& counts) {
    const Tensor used = counts > 0;
    const int64_t most = used.sum(1).max().item<int64_t>();
    const Tensor order = used.logical_not().to(at::kInt).argsort(/*stable=*/true, 1).narrow(1, 0, most);
    return {.places = places.gather(1, order.unsqueeze(-1).expand({-1, -1, 3})), .counts = counts.gather(1, order)};
}

}  // namespace

CrossAttention::CrossAttention(const Weights& w)
    : q(w / "to_q"), kv(w / "to_kv"), out(w / "to_out"), q_norm(w / "q_rms_norm"), k_norm(w / "k_rms_norm") {}

Tensor CrossAttention::operator()(const Tensor& x, const Tensor& latent) const {
    const auto both = kv(latent).unflatten(-1, {2, q_norm.heads(), -1}).unbind(2);
    return out(attend(q_norm(q(x).unflatten(-1, {q_norm.heads(), -1})), k_norm(both[0]), both[1]));
}

Tensor PlaceTokens::operator()(const Tensor& places, at::ScalarType dtype) const {
    const Tensor waves = place_embedding(places, in.out_features(), PlaceFrequencies::logarithmic);
    return mix(in(places.to(dtype)) + waves.to(dtype));
}

Octree::Octree(const Weights& w)
    : weights_(w), places_(w), level_in_(w / "l_embedder" / "mlp" / 0), level_out_(w / "l_embedder" / "mlp" / 2),
      modulation_(w / "adaLN_modulation" / 1), out_(w / "out_proj") {
    for (int64_t i = 0; i < w.count("blocks"); ++i)
        blocks_.emplace_back(w / "blocks" / i);
}

Tensor Octree::CrossBlock::operator()(const Tensor& x, const std::vector<Tensor>& steer, const Tensor& latent) const {
    const Tensor y = at::addcmul(x, attention(modulate(plain_layer_norm(x), steer[1], steer[0]), latent), steer[2]);
    return at::addcmul(y, mlp(modulate(plain_layer_norm(y), steer[4], steer[3])), steer[5]);
}

Tensor Octree::shares(const Tensor& middles, int64_t side, const Tensor& latent) const {
    constexpr double longest_period = 1024.0;
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t half = level_in_.in_features() / 2;
    const Tensor steps = at::arange(half, at::TensorOptions().dtype(at::kFloat));
    const Tensor frequencies = (-std::log(longest_period) * steps / static_cast<double>(half)).exp();
    const Tensor angles = (static_cast<double>(side) * frequencies * 2.0 * std::numbers::pi).unsqueeze(0);
    const Tensor waves = at::cat({angles.cos(), angles.sin()}, -1).to(latent.device(), dtype);
    const Tensor level = level_out_(at::silu(level_in_(waves)));
    const std::vector<Tensor> steer = modulation_(at::silu(level)).unsqueeze(1).chunk(6, -1);

    Tensor x = places_(middles, dtype);
    for (const CrossBlock& block : blocks_)
        x = block(x, steer, latent);
    return out_(plain_layer_norm(x.to(at::kFloat), 1e-5).to(dtype));
}

Tensor Octree::sampled(const Tensor& latent, int64_t count, int64_t level, at::Generator generator) const {
    const int64_t batch = latent.size(0);
    const auto whole = at::TensorOptions().dtype(at::kLong).device(latent.device());
    const Tensor offsets = child_offsets(latent.device());
    Cells cells{.places = at::zeros({batch, 1, 3}, whole), .counts = at::full({batch, 1}, count, whole)};
    for (int64_t halving = 0; halving < level; ++halving) {
        const int64_t parents = int64_t{1} << halving;
        const Tensor middles = (cells.places.to(at::kFloat) + 0.5) / static_cast<double>(parents);
        const Tensor logits = shares(middles, 2 * parents, latent);
        const Tensor counts = shared_out(at::softmax(logits, -1), cells.counts, generator).flatten(1);
        const Tensor children = (cells.places.unsqueeze(2) * 2 + offsets).flatten(1, 2);
        cells = occupied(children, counts);
    }
    std::vector<Tensor> places;
    for (int64_t i = 0; i < batch; ++i)
        places.push_back(cells.places[i].repeat_interleave(cells.counts[i], 0));
    const Tensor corners = at::stack(places).to(at::kFloat);
    const Tensor within = at::rand(corners.sizes(), generator, at::TensorOptions().dtype(at::kFloat));
    return (corners + within.to(latent.device())) / static_cast<double>(int64_t{1} << level);
}

}  // namespace easel::inference::triposplat
