// The decoder of Hunyuan3D's autoencoder for shapes (Tencent 2025): the tokens of a latent are asked, at each point of
// a grid, how surely the point lies within the shape.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/vae/vae.hpp"
#include "inference/weights/weights.hpp"

#include <functional>
#include <vector>

namespace easel::inference {

namespace shape_vae {

// GELU between two linear layers.
struct FeedForward {
    Linear in, out;

    explicit FeedForward(const Weights& w) : in(w / "c_fc"), out(w / "c_proj") {}
    Tensor operator()(const Tensor& x) const { return out(at::gelu(in(x))); }
};

// Normalised queries and keys; the norm tells how wide a head is.
struct SelfAttentionBlock {
    LayerNorm norm1, norm2, q_norm, k_norm;
    Linear qkv, out;
    FeedForward mlp;

    explicit SelfAttentionBlock(const Weights& w);
    Tensor operator()(const Tensor& x) const;  // [batch, tokens, dim]
};

// What a shape answers with, the same for all points: [batch, heads, tokens, head].
struct Answers {
    Tensor keys, values;
};

struct PointDecoder {
    Linear points_in, q, kv, attention_out, logit_out;
    LayerNorm norm1, norm2, norm3, q_norm, k_norm, norm_out;
    FeedForward mlp;

    explicit PointDecoder(const Weights& w);
    Answers answers(const Tensor& tokens) const;
    // Of points [points, 3] in -1..1: [batch, points].
    Tensor operator()(const Tensor& points, const Answers& answers) const;
};

}  // namespace shape_vae

// How a shape is sampled.
struct VoxelGrid {
    int64_t resolution = 256;  // cells along each side; points are one more
    int64_t chunk = 8000;      // points that are asked at once
    // Told how many points of how many have been asked; may throw to stop.
    std::function<void(int64_t done, int64_t all)> report = {};
};

class AutoencoderShape : public Autoencoder {
public:
    explicit AutoencoderShape(const Weights& w);

    // `latent` [batch, 64, tokens] as logits [batch, x, z, y] (resolution + 1 along each side), above 0 within.
    Tensor logits(const Tensor& latent, const VoxelGrid& grid) const;

    // Throws UserError: checkpoints bring no encoder that reads pictures.
    Tensor encode(const Tensor& pixels) const override;
    // On the usual grid.
    Tensor decode(const Tensor& latent) const override { return logits(latent, {}); }
    int64_t latent_channels() const override { return latent_in_.in_features(); }
    int64_t downscale_ratio() const override { return 1; }

    // What activations take: attention of a chunk of points to all tokens, and the tokens themselves.
    std::size_t activation_bytes(const Tensor& latent, const VoxelGrid& grid) const;

    static bool matches(const Weights& w) { return w.contains("geo_decoder.cross_attn_decoder.ln_1.bias"); }

private:
    Weights weights_;
    Linear latent_in_;
    std::vector<shape_vae::SelfAttentionBlock> blocks_;
    shape_vae::PointDecoder decoder_;
};

// Shapes as shares 0..1 of how surely each point lies within, [batch, z, y, x], float32 on the CPU. Throws UserError
// when `vae` is no autoencoder of shapes.
Tensor decode_voxels(const Vae& vae, const Tensor& latent, const VoxelGrid& grid);

}  // namespace easel::inference
