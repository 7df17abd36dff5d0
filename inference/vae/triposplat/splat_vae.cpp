#include "inference/vae/triposplat/splat_vae.hpp"

#include "base/error.hpp"
#include "inference/layers/half_attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/memory/device_memory.hpp"
#include "inference/splat/quaternions.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace triposplat {
namespace {

// What the network's numbers stand for was settled with these when it was trained.
constexpr double spread_size = 1.5;      // how far Gaussians may go from their point, in distances
constexpr double rotation_rate = 0.1;    // of rotations, beside 1 for everything else
constexpr double scale_at_zero = 0.004;  // a Gaussian's size where the network says 0
constexpr double opacity_at_zero = 0.1;
constexpr double smallest_scale = 0.0009;

double inverse_softplus(double x) { return x + std::log(-std::expm1(-x)); }

// Quaternions with w of 0 or more. (comfy.ldm.triposplat.gaussian._matrix_to_quat)
Tensor upward_quaternions(const Tensor& matrices) {
    const Tensor quaternions = quaternions_of(matrices);
    return at::where(quaternions.slice(-1, 0, 1) < 0, -quaternions, quaternions);
}

}  // namespace

GaussianDecoder::Block::Block(const Weights& w)
    : qkv(w / "self_attn" / "to_qkv"), attention_out(w / "self_attn" / "to_out"),
      q_norm(w / "self_attn" / "q_rms_norm"), k_norm(w / "self_attn" / "k_rms_norm"), norm(w / "norm2", 1e-6),
      attention(w / "cross_attn"), mlp(w / "mlp" / "mlp") {}

Tensor GaussianDecoder::Block::operator()(const Tensor& x, const Tensor& latent) const {
    const auto parts = qkv(plain_layer_norm(x)).unflatten(-1, {3, q_norm.heads(), -1}).unbind(2);
    Tensor y = x + attention_out(attend(q_norm(parts[0]), k_norm(parts[1]), parts[2]));
    y = y + attention(norm(y), latent);
    return y + mlp(plain_layer_norm(y));
}

GaussianDecoder::GaussianDecoder(const Weights& w)
    : weights_(w), places_(w), out_(w / "out_proj"), spread_(w["points_offset_perturbation"]),
      base_scale_(w["base_offset_scale"]) {
    for (int64_t i = 0; i < w.count("blocks"); ++i)
        blocks_.emplace_back(w / "blocks" / i);
}

Splat GaussianDecoder::splat_of(const Tensor& features, const Tensor& points) const {
    int64_t start = 0;
    const auto next = [&](int64_t width) {  // [points, group, width]
        const Tensor part = features.narrow(-1, start, group() * width).unflatten(-1, {group(), width});
        start += group() * width;
        return part;
    };
    const Tensor shift = next(3), color = next(3), scale = next(3), rotation = next(4), opacity = next(1);
    const Tensor distance = at::softplus(next(1) + base_scale_.like(features));
    const Tensor offset = at::tanh(shift + spread_.like(features)) * 0.5 * spread_size * distance;
    const Tensor places = (offset + points.unsqueeze(1)).flatten(0, 1).to(at::kFloat) - 0.5;

    const Tensor sizes = at::softplus(scale.flatten(0, 1) + inverse_softplus(scale_at_zero));
    const Tensor logits = opacity.flatten(0, 1) + std::log(opacity_at_zero / (1 - opacity_at_zero));
    const Tensor upright = at::tensor({1.0f, 0.0f, 0.0f, 0.0f}, features.options().dtype(at::kFloat));
    const Tensor turned = (rotation.flatten(0, 1) * rotation_rate).to(at::kFloat) + upright;
    // The network's z is up; splats' y is down.
    const Tensor axes =
        at::tensor({1.0f, 0.0f, 0.0f, 0.0f, 0.0f, -1.0f, 0.0f, 1.0f, 0.0f}, upright.options()).view({3, 3});
    const auto finished = [](const Tensor& part) { return part.to(at::kCPU, at::kFloat).contiguous(); };
    return {.positions = finished(at::matmul(places, axes.t())),
            .scales = finished((sizes.square() + smallest_scale * smallest_scale).sqrt()),
            .rotations = finished(upward_quaternions(at::matmul(axes, rotation_matrices(turned)))),
            .opacities = finished(at::sigmoid(logits)),
            .harmonics = finished(color.flatten(0, 1).unsqueeze(1))};
}

Splats GaussianDecoder::operator()(const Tensor& latent, const Tensor& points) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    Tensor x = places_(points, dtype);
    for (const Block& block : blocks_)
        x = block(x, latent);
    const Tensor features = out_(plain_layer_norm(x.to(at::kFloat), 1e-5).to(dtype));
    Splats splats;
    for (int64_t i = 0; i < features.size(0); ++i)
        splats.push_back(splat_of(features[i], points[i]));
    return splats;
}

}  // namespace triposplat

AutoencoderSplat::AutoencoderSplat(const Weights& w) : octree_(w / "octree"), gaussians_(w / "gs") {}

Tensor AutoencoderSplat::encode(const Tensor&) const {
    throw UserError("TripoSplat's VAE encodes no pictures: give them to TripoSplatConditioning with FLUX.2's VAE");
}

Tensor AutoencoderSplat::decode(const Tensor&) const {
    throw UserError("TripoSplat's VAE makes splats, no pictures: decode with TripoSplat Decode (VAEDecodeTripoSplat)");
}

const AutoencoderSplat& splat_decoder(const Vae& vae) {
    const auto* decoder = dynamic_cast<const AutoencoderSplat*>(&vae.network());
    if (decoder == nullptr) throw UserError("this VAE makes no splats: take triposplat_vae_decoder");
    return *decoder;
}

Splats decode_splats(const Vae& vae, const Tensor& latent, const SplatDecoding& settings) {
    const AutoencoderSplat& decoder = splat_decoder(vae);
    const WeightTable* weights = vae.weights().get();
    const HalfAttention rounding(weights->settings().half_products);
    const at::ScalarType dtype = weights->compute_dtype();
    const int64_t points = std::max<int64_t>(1, settings.count / decoder.gaussians().group());
    const int64_t activations = (latent.size(1) * 4 + points * 10) * decoder.gaussians().dim() * latent.size(0);
    const Lease lease({weights}, static_cast<std::size_t>(activations) * c10::elementSize(dtype));
    return with_room(weights, [&] {
        const Tensor tokens = latent.to(weights->settings().device, dtype);
        const at::Generator generator = at::detail::createCPUGenerator(settings.seed);
        return decoder.gaussians()(tokens, decoder.octree().sampled(tokens, points, settings.level, generator));
    });
}

}  // namespace easel::inference
