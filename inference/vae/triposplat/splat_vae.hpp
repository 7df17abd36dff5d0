// TripoSplat's decoder: latents become points in a cube, and each point a group of Gaussians. It has no encoder.
// (comfy.ldm.triposplat.vae.OctreeGaussianDecoder)
#pragma once

#include "inference/splat/splat.hpp"
#include "inference/vae/triposplat/octree.hpp"
#include "inference/vae/vae.hpp"

#include <vector>

namespace easel::inference {

namespace triposplat {

// Points as groups of Gaussians.
class GaussianDecoder {
public:
    explicit GaussianDecoder(const Weights& w);

    // `latent` [batch, tokens, channels], `points` [batch, points, 3] in 0..1.
    Splats operator()(const Tensor& latent, const Tensor& points) const;

    int64_t group() const { return spread_.size(0); }  // Gaussians of a point
    int64_t dim() const { return out_.in_features(); }

private:
    struct Block {
        Linear qkv, attention_out;
        HeadNorm q_norm, k_norm;
        LayerNorm norm;
        CrossAttention attention;
        FeedForward mlp;

        explicit Block(const Weights& w);
        Tensor operator()(const Tensor& x, const Tensor& latent) const;
    };
    // Of one cloud: `features` [points, ...], `points` [points, 3].
    Splat splat_of(const Tensor& features, const Tensor& points) const;

    Weights weights_;
    PlaceTokens places_;
    std::vector<Block> blocks_;
    Linear out_;
    Weight spread_;      // [group, 3]: where the Gaussians of a point begin
    Weight base_scale_;  // of the distances to it, before a softplus
};

}  // namespace triposplat

class AutoencoderSplat : public Autoencoder {
public:
    explicit AutoencoderSplat(const Weights& w);

    // Both throw UserError: splats are no pictures.
    Tensor encode(const Tensor& pixels) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return 16; }
    int64_t downscale_ratio() const override { return 1; }

    static bool matches(const Weights& w) {
        return w.contains("gs.base_offset_scale") && w.contains("octree.out_proj.weight");
    }

    const triposplat::Octree& octree() const { return octree_; }
    const triposplat::GaussianDecoder& gaussians() const { return gaussians_; }

private:
    triposplat::Octree octree_;
    triposplat::GaussianDecoder gaussians_;
};

struct SplatDecoding {
    int64_t count = 262144;  // Gaussians, a multiple of those that a point has
    int64_t level = 8;       // halvings of the cube
    uint64_t seed = 0;
};

// The decoder behind `vae`; throws UserError when that is another one.
const AutoencoderSplat& splat_decoder(const Vae& vae);

// `latent` [batch, tokens, channels] as clouds in -0.5..0.5, y down, z forward.
Splats decode_splats(const Vae& vae, const Tensor& latent, const SplatDecoding& settings);

}  // namespace easel::inference
