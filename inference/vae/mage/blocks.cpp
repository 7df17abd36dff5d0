#include "inference/vae/mage/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/weights/blocks_of.hpp"

#include <cmath>
#include <numbers>

namespace easel::inference::mage {
namespace {

constexpr double eps = 1e-6;
constexpr int64_t window = 32;  // cells

Tensor channels_last(const Tensor& x) { return x.permute({0, 2, 3, 1}); }
Tensor channels_first(const Tensor& x) { return x.permute({0, 3, 1, 2}).contiguous(); }

Tensor plain_channel_norm(const Tensor& x) { return channels_first(plain_layer_norm(channels_last(x), eps)); }

// [batch, dim] to broadcast over features.
Tensor over_cells(const Tensor& x) { return x.unsqueeze(-1).unsqueeze(-1); }

// Waves of the place of each pixel within its patch, [pixels, waves * waves], the quicker the fainter.
Tensor pixel_waves(int64_t pixels, int64_t waves, const at::TensorOptions& options) {
    const auto side = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(pixels))));
    const Tensor place = at::linspace(0, 1, side, options);
    const Tensor down = place.unsqueeze(1).expand({side, side}).reshape({-1, 1, 1});
    const Tensor across = place.unsqueeze(0).expand({side, side}).reshape({-1, 1, 1});
    const Tensor frequency = at::linspace(0, static_cast<double>(waves), waves, options);
    const Tensor of_columns = frequency.view({1, -1, 1}), of_rows = frequency.view({1, 1, -1});
    const Tensor strength = (of_columns * of_rows + 1.0).reciprocal();
    const Tensor product = (across * of_columns * std::numbers::pi).cos() * (down * of_rows * std::numbers::pi).cos();
    return (product * strength).view({pixels, waves * waves});
}

}  // namespace

Tensor channel_norm(const LayerNorm& norm, const Tensor& x) { return channels_first(norm(channels_last(x))); }

Tensor Step::operator()(const Tensor& like) const {
    const Tensor zero = at::zeros({1}, like.options().dtype(at::kFloat));
    return out(at::silu(in(timestep_embedding(zero, in.in_features()).to(like.scalar_type()))));
}

Mixing::Mixing(const Weights& w)
    : in(w / "conv1"), around((w / "conv2")["weight"]), around_bias((w / "conv2")["bias"]), out(w / "conv3"),
      share(w / "ca" / 1) {}

Tensor Mixing::operator()(const Tensor& x) const {
    const Tensor inner = in(x);
    const Tensor h = at::gelu(at::conv2d(inner, around.like(inner), around_bias.like(inner), at::IntArrayRef{1, 1},
                                         at::IntArrayRef{1, 1}, at::IntArrayRef{1, 1}, inner.size(1)));
    return out(h * share(h.mean(at::IntArrayRef{2, 3}, /*keepdim=*/true)).sigmoid());
}

PlainBlock::PlainBlock(const Weights& w)
    : mixing(w), norm1(w / "norm1", eps), norm2(w / "norm2", eps), up(w / "conv4"), down(w / "conv5") {}

Tensor PlainBlock::operator()(const Tensor& x) const {
    const Tensor mixed = x + mixing(channel_norm(norm1, x));
    return mixed + down(at::gelu(up(channel_norm(norm2, mixed))));
}

Block::Block(const Weights& w)
    : mixing(w), up(w / "conv4"), down(w / "conv5"), modulation(w / "adaLN_modulation" / 1) {}

Tensor Block::operator()(const Tensor& x, const Tensor& time) const {
    const auto parts = modulation(at::silu(time)).chunk(6, 1);  // shift, scale and gate of both halves
    const auto part = [&](std::size_t i) { return over_cells(parts[i]); };
    const Tensor mixed = x + part(2) * mixing(modulate(plain_channel_norm(x), part(1), part(0)));
    return mixed + part(5) * down(at::gelu(up(modulate(plain_channel_norm(mixed), part(4), part(3)))));
}

Tensor WindowAttention::operator()(const Tensor& x) const {
    const int64_t height = x.size(2), width = x.size(3);
    const int64_t rows = (height + window - 1) / window, columns = (width + window - 1) / window;
    const Tensor h = norm(x);
    const auto windows = [&](const Tensor& features) {  // [batch * windows, 1, cells, channels]
        const Tensor whole = at::pad(features, {0, columns * window - width, 0, rows * window - height}, "replicate");
        return whole.unflatten(2, {rows, window})
            .unflatten(4, {columns, window})
            .permute({0, 2, 4, 3, 5, 1})
            .flatten(3, 4)
            .flatten(0, 2)
            .unsqueeze(1)
            .contiguous();
    };
    const Tensor seen = attention(windows(q(h)), windows(k(h)), windows(v(h)))
                            .reshape({x.size(0), rows, columns, window, window, x.size(1)})
                            .permute({0, 5, 1, 3, 2, 4})
                            .reshape({x.size(0), x.size(1), rows * window, columns * window});
    return x + out(seen.slice(2, 0, height).slice(3, 0, width).contiguous());
}

PatchDecoder::Layer::Layer(const Weights& w)
    : norm(w / "in_ln", eps), in(w / "mlp" / 0), out(w / "mlp" / 2), modulation(w / "adaLN_modulation" / 1) {}

Tensor PatchDecoder::Layer::operator()(const Tensor& x, const Tensor& features) const {
    const auto parts = modulation(at::silu(features)).chunk(3, -1);  // shift, scale, gate
    return x + parts[2] * out(at::silu(in(modulate(norm(x), parts[1], parts[0]))));
}

PatchDecoder::PatchDecoder(const Weights& w)
    : embed(w / "x_embedder" / "embedder" / 0), pixel_in(w / "dec_net" / "input_proj"),
      patch_in(w / "dec_net" / "cond_embed"), norm(w / "final_layer" / "norm", eps), out(w / "final_layer" / "linear") {
    layers = blocks_of<Layer>(w / "dec_net" / "res_blocks");
}

Tensor PatchDecoder::operator()(const Tensor& pixels, const Tensor& patches) const {
    const int64_t count = pixels.size(1);
    const auto waves =
        static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(embed.in_features() - pixels.size(2)))));
    const Tensor place = pixel_waves(count, waves, pixels.options()).unsqueeze(0).expand({pixels.size(0), -1, -1});
    Tensor x = pixel_in(embed(at::cat({pixels, place}, -1)));
    const Tensor features = patch_in(patches).view({pixels.size(0), count, -1});
    for (const Layer& layer : layers)
        x = layer(x, features);
    return out(norm(x));
}

}  // namespace easel::inference::mage
