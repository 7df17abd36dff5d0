#include "inference/vae/same/same.hpp"

#include "inference/layers/attention.hpp"

#include <limits>
#include <numbers>

namespace easel::inference {

namespace same {
namespace {

constexpr int64_t stride = 16, group = stride + 1;  // tokens, and with the place for what they become
constexpr int64_t piece = 32;                       // steps that see each other in the smaller autoencoder
constexpr int64_t head_size = 64;
constexpr int64_t patch = 256;  // samples of each channel

Rope turns(const Weight& frequencies, int64_t tokens, const Tensor& like) {
    const Tensor inverse = frequencies.as(at::kFloat, like.device());
    const Tensor angle = at::outer(at::arange(tokens, inverse.options()), inverse);
    return {.cos = angle.cos(), .sin = angle.sin()};
}

// The first half of a head's dimensions, turned.
Tensor turned(const Tensor& x, const Rope& rope) {
    const int64_t turning = rope.cos.size(1) * 2;
    return at::cat({rotate_halves(x.slice(-1, 0, turning), rope), x.slice(-1, turning)}, -1);
}

Tensor filled_up(const Tensor& x, int64_t dimension, int64_t multiple) {
    const int64_t missing = (multiple - x.size(dimension) % multiple) % multiple;
    if (missing == 0) return x;
    std::vector<int64_t> shape = x.sizes().vec();
    shape[static_cast<std::size_t>(dimension)] = missing;
    return at::cat({x, at::zeros(shape, x.options())}, dimension);
}

// Out of sight is what is further away than one group.
Tensor window(int64_t tokens, const Tensor& like) {
    const Tensor place = at::arange(tokens, like.options().dtype(at::kLong));
    const Tensor far = (place.unsqueeze(0) - place.unsqueeze(1)).abs().gt(group);
    return at::zeros({tokens, tokens}, like.options())
        .masked_fill(far, double(std::numeric_limits<float>::lowest()) / 4);
}

}  // namespace

Tensor DynamicTanh::operator()(const Tensor& x) const {
    return gamma.like(x) * (alpha.like(x) * x).tanh() + beta.like(x);
}

Block::Block(const Weights& w, bool is_periodic_)
    : attention_norm(w / "pre_norm"), query_norm(w / "self_attn" / "q_norm"), key_norm(w / "self_attn" / "k_norm"),
      ff_norm(w / "ff_norm"), qkv(w / "self_attn" / "to_qkv"), out(w / "self_attn" / "to_out"),
      ff_in(w / "ff" / "ff" / 0 / "proj"), ff_out(w / "ff" / "ff" / 2), frequencies((w / "rope")["inv_freq"]),
      is_periodic(is_periodic_) {}

Tensor Block::attended(const Tensor& x, const Tensor& mask) const {
    const int64_t heads = out.in_features() / head_size;
    const Rope rope = turns(frequencies, x.size(1), x);
    const auto parts = qkv(x).chunk(5, -1);  // queries, keys, values, and the queries and keys of what is taken away
    const auto of = [&](const Tensor& part, const DynamicTanh& norm) {
        return turned(norm(split_heads(part, heads)), rope);
    };
    const Tensor values = split_heads(parts[2], heads);
    const Tensor seen = attention(of(parts[0], query_norm), of(parts[1], key_norm), values, mask);
    const Tensor taken = attention(of(parts[3], query_norm), of(parts[4], key_norm), values, mask);
    return out(merge_heads(seen - taken));
}

Tensor Block::operator()(const Tensor& x, const Tensor& mask) const {
    const Tensor heard = x + attended(attention_norm(x), mask);
    const auto parts = ff_in(ff_norm(heard)).chunk(2, -1);
    const Tensor gate = is_periodic ? (parts[1] * std::numbers::pi).sin() : at::silu(parts[1]);
    return heard + ff_out(parts[0] * gate);
}

Resampling::Resampling(const Weights& w, Direction direction, const Layout& layout)
    : direction_(direction), layout_(layout), mapping_(w / "mapping"), places_(w["new_tokens"]) {
    const int64_t depth = w.count("transformers");
    for (int64_t i = 0; i < depth; ++i)
        blocks_.emplace_back(w / "transformers" / i, direction == Direction::out && depth - i < layout.periodic);
}

// Pieces see nothing of each other, so their borders lie elsewhere in the second half of the blocks.
Tensor Resampling::blocks(Tensor x) const {
    if (layout_.slides) {
        const Tensor mask = window(x.size(1), x);
        for (const Block& block : blocks_)
            x = block(x, mask);
        return x;
    }
    constexpr int64_t tokens = piece + piece / stride, shift = tokens / 2;
    const auto in_pieces = [&](const Tensor& whole, std::size_t first, std::size_t last) {
        Tensor pieces = whole.reshape({-1, tokens, whole.size(2)});
        for (std::size_t i = first; i < last; ++i)
            pieces = blocks_[i](pieces, {});
        return pieces.reshape(whole.sizes());
    };
    const std::size_t half = blocks_.size() / 2;
    x = in_pieces(x, 0, half);
    const Tensor moved = at::cat({x.slice(1, 0, shift), x, x.slice(1, x.size(1) - shift)}, 1);
    return in_pieces(moved, half, blocks_.size()).narrow(1, shift, x.size(1));
}

Tensor Resampling::operator()(const Tensor& input) const {
    const bool is_in = direction_ == Direction::in;
    const int64_t given = is_in ? stride : 1;  // tokens of a group
    Tensor x = is_in ? mapping_(filled_up(input, 2, layout_.slides ? stride : piece)) : input;
    x = x.transpose(1, 2);
    if (!is_in && !layout_.slides) x = filled_up(x, 1, piece / stride);
    const int64_t batch = x.size(0), dim = x.size(2);
    x = x.reshape({-1, given, dim});
    x = at::cat({x, places_.like(x).expand({x.size(0), group - given, dim})}, 1).reshape({batch, -1, dim});
    x = blocks(x).reshape({-1, group, dim}).slice(1, given).reshape({batch, -1, dim}).transpose(1, 2);
    return is_in ? x : mapping_(x);
}

namespace {

// The larger one is twice as deep.
Layout layout_of(const Weights& w) {
    const bool is_large = w.has_part("decoder.layers.3.transformers.11");
    return {.slides = is_large, .periodic = is_large ? 8 : 0};
}

}  // namespace
}  // namespace same

AutoencoderSame::AutoencoderSame(const Weights& w)
    : weights_(w), in_(w / "encoder" / "layers" / 0, same::Resampling::Direction::in, same::layout_of(w)),
      out_(w / "decoder" / "layers" / 3, same::Resampling::Direction::out, same::layout_of(w)),
      to_latent_(w / "encoder" / "layers" / 2), from_latent_(w / "decoder" / "layers" / 1),
      scale_(w["bottleneck.scaling_factor"]), shift_(w["bottleneck.bias"]), deviation_(w["bottleneck.running_std"]) {}

int64_t AutoencoderSame::downscale_ratio() const { return same::patch * same::stride; }

std::optional<SoundFormat> AutoencoderSame::sound() const {
    constexpr int64_t rate = 44100;
    return SoundFormat{.sample_rate = rate, .output_sample_rate = rate, .samples_per_cell = downscale_ratio()};
}

Tensor AutoencoderSame::encode(const Tensor& waveform) const {
    const Tensor sound = same::filled_up(waveform.to(weights_.device(), weights_.compute_dtype()), 2, same::patch);
    const Tensor patches = sound.unflatten(2, {-1, same::patch}).transpose(2, 3).flatten(1, 2);
    const Tensor latent = to_latent_(in_(patches).transpose(1, 2)).transpose(1, 2);
    return ((latent * scale_.like(latent) + shift_.like(latent)) / deviation_.like(latent)).to(at::kFloat).contiguous();
}

Tensor AutoencoderSame::decode(const Tensor& latent) const {
    Tensor x = latent.to(weights_.device(), weights_.compute_dtype());
    x = from_latent_((x * deviation_.like(x)).transpose(1, 2)).transpose(1, 2);
    const Tensor patches = out_(x);  // [batch, 2 * patch, steps]
    return patches.unflatten(1, {-1, same::patch}).transpose(2, 3).flatten(2).to(at::kFloat).contiguous();
}

}  // namespace easel::inference
