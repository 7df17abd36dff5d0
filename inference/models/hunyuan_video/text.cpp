#include "inference/models/hunyuan_video/text.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::hunyuan_video {
namespace {

constexpr double refiner_eps = 1e-6;
constexpr int64_t head_size = 128;

}  // namespace

RefinerBlock::RefinerBlock(const Weights& w)
    : modulation(w / "adaLN_modulation" / 1), norm1(w / "norm1", refiner_eps), norm2(w / "norm2", refiner_eps),
      qkv(w / "self_attn" / "qkv"), proj(w / "self_attn" / "proj"), in(w / "mlp" / 0), out(w / "mlp" / 2) {}

Tensor RefinerBlock::operator()(const Tensor& x, const Tensor& steering, const Tensor& hidden) const {
    const auto gates = modulation(at::silu(steering)).unsqueeze(1).chunk(2, -1);
    const Tensor parts = qkv(norm1(x)).unflatten(-1, {3, -1, head_size}).permute({2, 0, 3, 1, 4});
    const Tensor attended = merge_heads(attention(parts[0], parts[1], parts[2], hidden));
    const Tensor seen = x + proj(attended) * gates[0];
    return seen + out(at::silu(in(norm2(seen)))) * gates[1];
}

TextRefiner::TextRefiner(const Weights& w)
    : in(w / "input_embedder"), time_in(w / "t_embedder"), pooled_in(w / "c_embedder") {
    blocks = blocks_of<RefinerBlock>(w / "individual_token_refiner" / "blocks");
}

Tensor TextRefiner::operator()(const Tensor& text, const Tensor& time, const Tensor& bias) const {
    const Tensor waves = timestep_embedding(time, time_in.in_layer.in_features()).to(text.scalar_type());
    const Tensor pooled = text.to(at::kFloat).mean(1).to(text.scalar_type());
    const Tensor steering = time_in(waves) + pooled_in(pooled);
    // Hidden from each other are a token that does not count and any other.
    Tensor hidden;  // [batch, 1, tokens, tokens]
    if (bias.defined()) {
        const Tensor columns = bias.unsqueeze(1).unsqueeze(1).expand({-1, 1, bias.size(1), -1});
        hidden = columns + columns.transpose(2, 3);
    }
    Tensor x = in(text);
    for (const RefinerBlock& block : blocks)
        x = block(x, steering, hidden);
    return x;
}

}  // namespace easel::inference::hunyuan_video
