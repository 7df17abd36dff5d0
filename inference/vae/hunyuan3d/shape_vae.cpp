#include "inference/vae/hunyuan3d/shape_vae.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/layers/half_attention.hpp"
#include "inference/memory/device_memory.hpp"

#include <algorithm>

namespace easel::inference {
namespace shape_vae {
namespace {

constexpr double norm_eps = 1e-6;
constexpr int64_t frequencies = 8;  // of the waves that tell places, each twice the one before

// [points, 3] as [points, 3 * (1 + 2 * frequencies)]: the place itself, then sines and cosines of each coordinate.
Tensor place_waves(const Tensor& points) {
    const Tensor factors = at::pow(2.0, at::arange(frequencies, points.options()));
    const Tensor angles = (points.unsqueeze(-1) * factors).flatten(1);
    return at::cat({points, angles.sin(), angles.cos()}, 1);
}

// All points of a cube somewhat larger than -1..1, [points, 3], the last coordinate running fastest.
Tensor grid_points(int64_t resolution, at::Device device) {
    constexpr double bound = 1.01f;  // in float32 as the reference has it
    const Tensor line = at::linspace(-bound, bound, resolution + 1, at::TensorOptions(at::kFloat).device(device));
    const auto axes = at::meshgrid({line, line, line}, "ij");
    return at::stack(axes, -1).view({-1, 3});
}

}  // namespace

SelfAttentionBlock::SelfAttentionBlock(const Weights& w)
    : norm1(w / "ln_1", norm_eps), norm2(w / "ln_2", norm_eps), q_norm(w / "attn" / "attention" / "q_norm", norm_eps),
      k_norm(w / "attn" / "attention" / "k_norm", norm_eps), qkv(w / "attn" / "c_qkv"), out(w / "attn" / "c_proj"),
      mlp(w / "mlp") {}

Tensor SelfAttentionBlock::operator()(const Tensor& x) const {
    const int64_t head = q_norm.weight.size(0);
    const auto parts = qkv(norm1(x)).unflatten(-1, {-1, 3 * head}).transpose(1, 2).chunk(3, -1);
    const Tensor y = x + out(merge_heads(attention(q_norm(parts[0]), k_norm(parts[1]), parts[2])));
    return y + mlp(norm2(y));
}

PointDecoder::PointDecoder(const Weights& w)
    : points_in(w / "query_proj"), q(w / "cross_attn_decoder" / "attn" / "c_q"),
      kv(w / "cross_attn_decoder" / "attn" / "c_kv"), attention_out(w / "cross_attn_decoder" / "attn" / "c_proj"),
      logit_out(w / "output_proj"), norm1(w / "cross_attn_decoder" / "ln_1", norm_eps),
      norm2(w / "cross_attn_decoder" / "ln_2", norm_eps), norm3(w / "cross_attn_decoder" / "ln_3", norm_eps),
      q_norm(w / "cross_attn_decoder" / "attn" / "attention" / "q_norm", norm_eps),
      k_norm(w / "cross_attn_decoder" / "attn" / "attention" / "k_norm", norm_eps), norm_out(w / "ln_post"),
      mlp(w / "cross_attn_decoder" / "mlp") {}

Answers PointDecoder::answers(const Tensor& tokens) const {
    const int64_t head = q_norm.weight.size(0);
    const auto parts = kv(norm2(tokens)).unflatten(-1, {-1, 2 * head}).transpose(1, 2).chunk(2, -1);
    return {.keys = k_norm(parts[0]), .values = parts[1].contiguous()};
}

Tensor PointDecoder::operator()(const Tensor& points, const Answers& answers) const {
    const Tensor asked = points_in(place_waves(points).to(answers.keys.scalar_type())).unsqueeze(0);
    const int64_t batch = answers.keys.size(0), heads = answers.keys.size(1);
    const Tensor queries = q_norm(split_heads(q(norm1(asked)), heads)).expand({batch, -1, -1, -1});
    const Tensor x = asked + attention_out(merge_heads(attention(queries, answers.keys, answers.values)));
    return logit_out(norm_out(x + mlp(norm3(x)))).select(2, 0);
}

}  // namespace shape_vae

AutoencoderShape::AutoencoderShape(const Weights& w)
    : weights_(w), latent_in_(w / "post_kl"), decoder_(w / "geo_decoder") {
    const Weights blocks = w / "transformer" / "resblocks";
    for (int64_t i = 0; i < blocks.count(); ++i)
        blocks_.emplace_back(blocks / i);
}

Tensor AutoencoderShape::encode(const Tensor&) const {
    throw UserError("Hunyuan3D's autoencoder makes shapes of latents; it does not read pictures");
}

Tensor AutoencoderShape::logits(const Tensor& latent, const VoxelGrid& grid) const {
    if (latent.dim() != 3)
        throw UserError("Hunyuan3D's autoencoder takes latents of shapes [batch, 64, tokens], as "
                        "EmptyLatentHunyuan3Dv2 makes them");
    Tensor x = latent_in_(latent.to(weights_.device(), weights_.compute_dtype()).transpose(1, 2));
    for (const shape_vae::SelfAttentionBlock& block : blocks_)
        x = block(x);
    const shape_vae::Answers answers = decoder_.answers(x);
    const Tensor points = shape_vae::grid_points(grid.resolution, weights_.device());
    std::vector<Tensor> chunks;
    for (int64_t first = 0; first < points.size(0); first += grid.chunk) {
        const int64_t count = std::min(grid.chunk, points.size(0) - first);
        chunks.push_back(decoder_(points.narrow(0, first, count), answers).to(at::kCPU, at::kFloat));
        if (grid.report) grid.report(first + count, points.size(0));
    }
    const int64_t side = grid.resolution + 1;
    return at::cat(chunks, 1).view({-1, side, side, side}).transpose(2, 3);
}

std::size_t AutoencoderShape::activation_bytes(const Tensor& latent, const VoxelGrid& grid) const {
    // A chunk's feed forward is four times as wide as the points' stream, which lives about four times over; attention
    // is done piece by piece. The points themselves are told in float32, and what is known of them is kept.
    constexpr std::size_t tensors = 10;
    const auto rows = static_cast<std::size_t>(latent.size(0) * (grid.chunk + 3 * latent.size(2)));
    const auto side = static_cast<std::size_t>(grid.resolution + 1);
    return rows * static_cast<std::size_t>(latent_in_.out_features()) * tensors *
               c10::elementSize(weights_.compute_dtype()) +
           side * side * side * 4 * sizeof(float);
}

Tensor decode_voxels(const Vae& vae, const Tensor& latent, const VoxelGrid& grid) {
    const auto* network = dynamic_cast<const AutoencoderShape*>(&vae.network());
    if (network == nullptr) throw UserError("this VAE makes no shapes: take the one of a Hunyuan3D checkpoint");
    const WeightTable* weights = vae.weights().get();
    const HalfAttention rounding(weights != nullptr && weights->settings().half_products);
    const Lease lease({weights}, network->activation_bytes(latent, grid));
    const Tensor logits = with_room(weights, [&] { return network->logits(latent, grid); });
    return ((logits + 1.0) / 2.0).clamp(0.0, 1.0).movedim(1, -1).contiguous();
}

}  // namespace easel::inference
