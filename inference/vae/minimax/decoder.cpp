#include "inference/vae/minimax/decoder.hpp"

#include "inference/layers/attention.hpp"

#include <cmath>
#include <numbers>

namespace easel::inference::minimax_vae {
namespace {

constexpr int64_t head_size = 64, turned = 48;  // of a head, and how much of it tells the place
constexpr double token_eps = 1e-5;

// Places along each side are shares of it from -1 to 1; the tokens behind the video's are in the middle.
Rope places_of(at::IntArrayRef grid, int64_t further, at::Device device) {
    constexpr double base = 100.0;
    constexpr int64_t pairs = turned / 6;
    const Tensor frequencies =
        at::pow(at::Scalar(base), at::arange(pairs, at::kFloat) / static_cast<double>(pairs)).reciprocal();
    const int64_t count = grid[0] * grid[1] * grid[2];
    std::vector<Tensor> axes;
    for (int64_t axis = 0; axis < 3; ++axis) {
        const auto length = static_cast<double>(grid[static_cast<std::size_t>(axis)]);
        const Tensor shares = 2.0 * (at::arange(0.5, length, at::kFloat) / length) - 1.0;
        std::vector<int64_t> shape{1, 1, 1};
        shape[static_cast<std::size_t>(axis)] = -1;
        const Tensor places = shares.view(shape).expand(grid).reshape({count, 1});
        axes.push_back(2.0 * std::numbers::pi * places * frequencies);
    }
    const Tensor angles = at::constant_pad_nd(at::cat(axes, 1), {0, 0, 0, further}).to(device);
    return {.cos = angles.cos(), .sin = angles.sin()};
}

// `x` [batch, heads, tokens, size] by its root mean square, its first part turned.
Tensor placed(const Tensor& x, const Rope& places) {
    const Tensor normal = at::rms_norm(x, {x.size(-1)}, {}, token_eps);
    return at::cat({rotate_halves(normal.slice(-1, 0, turned), places), normal.slice(-1, turned)}, -1);
}

}  // namespace

Decoder::Block::Block(const Weights& w)
    : norm1(w / "norm1", token_eps), norm2(w / "norm2", token_eps), qkv(w / "attn" / "to_qkv"),
      out(w / "attn" / "to_out"), up(w / "ff" / "w1"), down(w / "ff" / "w2"), scale1(w["scale1"]), scale2(w["scale2"]) {
}

Tensor Decoder::Block::attend(const Tensor& x, const Rope& places) const {
    // Each head has its three parts beside each other.
    const auto parts = qkv(x).unflatten(2, {-1, 3 * head_size}).transpose(1, 2).chunk(3, -1);
    return out(merge_heads(attention(placed(parts[0], places), placed(parts[1], places), parts[2])));
}

Tensor Decoder::Block::operator()(const Tensor& x, const Rope& places) const {
    const Tensor middle = at::addcmul(x, attend(norm1(x), places), scale1.like(x));
    const auto halves = up(norm2(middle)).chunk(2, -1);
    return at::addcmul(middle, down(at::silu(halves[0]) * halves[1]), scale2.like(x));
}

Decoder::Decoder(const Weights& w)
    : in_(w / "x_embedder"), out_(w / "proj_out"), registers_(w["register_tokens"]), norm_(w / "norm_out", token_eps) {
    const Weights blocks = w / "transformer_blocks";
    for (int64_t i = 0; i < blocks.count(); ++i)
        blocks_.emplace_back(blocks / i);
}

Tensor Decoder::operator()(const Tensor& latent) const {
    const at::IntArrayRef grid = latent.sizes().slice(2);
    const int64_t batch = latent.size(0);
    const Tensor cells = in_(latent.flatten(2).transpose(1, 2));  // [batch, time * rows * columns, dim]
    const Tensor registers = registers_.like(cells).expand({batch, -1, -1});
    Tensor x = at::cat({cells, registers, at::zeros_like(cells.narrow(1, 0, 1))}, 1);
    const Rope places = places_of(grid, x.size(1) - cells.size(1), x.device());
    for (const Block& block : blocks_)
        x = block(x, places);
    return out_(norm_(x.narrow(1, 0, cells.size(1))))
        .view({batch, grid[0], grid[1], grid[2], 3, frames, patch, patch})
        .permute({0, 4, 1, 5, 2, 6, 3, 7})
        .reshape({batch, 3, grid[0] * frames, grid[1] * patch, grid[2] * patch});
}

}  // namespace easel::inference::minimax_vae
