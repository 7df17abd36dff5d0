// Mage-VAE (Microsoft 2026): an autoencoder whose halves are diffusion networks that take one step from nothing. A cell
// of 128 channels stands for 16 x 16 pixels.
#pragma once

#include "inference/vae/mage/blocks.hpp"
#include "inference/vae/vae.hpp"

#include <vector>

namespace easel::inference {

class AutoencoderMage : public Autoencoder {
public:
    // Whether the file holds one: `student...` is the encoder, `pipeline...` the decoder.
    static bool matches(const Weights& w) { return w.contains("student.dconv_encoder.proj_out.weight"); }
    explicit AutoencoderMage(const Weights& w);

    Tensor encode(const Tensor& pixels) const override { return encoder_(pixels); }
    // (MageVAE.decode)
    Tensor decode(const Tensor& latent) const override { return decoder_(conditioner_(latent)); }
    int64_t latent_channels() const override { return conditioner_.in.in_channels(); }
    int64_t downscale_ratio() const override { return encoder_.patch_in.weight.size(3); }

private:
    // (DConvEncoder.forward_pred)
    struct Encoder {
        Conv2d patch_in;
        std::vector<mage::PlainBlock> head;
        Conv2d down, latent_in, fuse;
        mage::Step step;
        std::vector<mage::Block> blocks;
        LayerNorm norm;
        Conv2d out;

        explicit Encoder(const Weights& w);
        Tensor operator()(const Tensor& pixels) const;
    };
    // A latent as features of the same size. (CoDDecoder)
    struct Conditioner {
        Conv2d in;
        std::vector<mage::ResBlock> residuals;
        std::vector<mage::WindowAttention> attentions;  // between the residual blocks
        GroupNorm norm;
        Conv2d out;

        explicit Conditioner(const Weights& w);
        Tensor operator()(const Tensor& latent) const;
    };
    // Features as pixels. (DConvDenoiser.forward)
    struct Decoder {
        mage::Step step;
        Conv2d pixels_in, features_in;
        std::vector<mage::Block> blocks;
        Conv2d patch_features;
        mage::PatchDecoder patches;

        explicit Decoder(const Weights& w);
        Tensor operator()(const Tensor& features) const;
    };

    Encoder encoder_;
    Conditioner conditioner_;
    Decoder decoder_;
};

}  // namespace easel::inference
