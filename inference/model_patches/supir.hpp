// SUPIR (Yu et al. 2024): SDXL restores a picture. A copy of the UNet's way in sees the picture's latent, and adapters
// let what it finds into the way out, in place of the skip connections alone.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/model_patches/model_patch.hpp"
#include "inference/models/model.hpp"
#include "inference/models/sd/blocks.hpp"
#include "inference/vae/vae.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

// The tensors of control network and adapters in a file, by the names `control_model` and `project_modules`; empty when
// it holds none.
TensorMap supir_tensors(const TensorMap& tensors);
// Weights that replace those of the autoencoder's encoder for pictures of bad quality, by their names there.
TensorMap supir_encoder_tensors(const TensorMap& tensors);

class Supir final : public ModelPatch {
public:
    // `w` holds what supir_tensors returned, `encoder` what supir_encoder_tensors did; throws MissingWeight.
    Supir(const Weights& w, TensorMap encoder);

    // Features of a picture's latent [batch, 4, h, w] beside the noise: one for each input block, and the middle's.
    std::vector<Tensor> features(const NetworkInput& input, const Tensor& latent) const;

    // Where an adapter works.
    enum class Place { middle, skip, growing };
    // Adapters in the order in which the way out meets them.
    int64_t adapters() const { return static_cast<int64_t>(adapters_.size()); }
    Place place_of(int64_t adapter) const;
    // What `adapter` makes of `h`, and of `skip` where it takes the place of joining them, with `features`. `strength`
    // 0 leaves them as they were.
    Tensor adapted(int64_t adapter, const Tensor& features, const Tensor& h, const Tensor& skip, double strength) const;

    // The picture's latent by the encoder that the file brings, else by the autoencoder's own.
    Tensor encoded(const Vae& vae, const Tensor& pixels) const;

private:
    struct Modulated {  // normalised, scaled and shifted by what convolutions make of the features (ZeroSFT)
        GroupNorm norm;
        Conv2d shared, scale, shift, direct;
        explicit Modulated(const Weights& w);
    };
    struct Attending {  // attention to the features (ZeroCrossAttn)
        Linear q, k, v, out;
        GroupNorm norm, features_norm;
        explicit Attending(const Weights& w);
    };
    struct Adapter {
        std::optional<Modulated> modulated;
        std::optional<Attending> attending;
    };

    Weights weights_;
    TensorMap encoder_;
    int64_t channels_;
    Linear time_in_, time_out_, label_in_, label_out_;
    Conv2d hint_;
    std::vector<sd::Stage> input_, middle_;
    std::vector<Adapter> adapters_;
};

struct SupirSettings {
    double strength_at_start = 1.0, strength_at_end = 1.0;  // at the highest level, and at none
    // How much the result is pulled to the picture at high levels; 0: not at all, nor below `least_sigma`.
    double pull = 4.0, least_sigma = 0.05;
};
// `pixels` [batch, h, w, 3]. Throws UserError when `model` is no UNet. (SUPIRApply)
Model with_supir(const Model& model, std::shared_ptr<const Supir> supir, const Vae& vae, const Tensor& pixels,
                 const SupirSettings& settings);

}  // namespace easel::inference
