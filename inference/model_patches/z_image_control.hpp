// The Fun ControlNets for Z-Image (Alibaba PAI 2025): blocks beside the network's own that carry a picture along and
// add to every second one or so; the newer ones also to its refiner blocks, and they take pictures to fill.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/model_patches/model_patch.hpp"
#include "inference/models/lumina/next_dit.hpp"
#include "inference/models/model.hpp"
#include "inference/vae/vae.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

// A file's tensors with the names and fused projections of Z-Image's own blocks.
TensorMap z_image_control_tensors(const TensorMap& tensors);

class ZImageControl final : public ModelPatch {
public:
    // `w` holds what z_image_control_tensors returned.
    explicit ZImageControl(const Weights& w);

    // Whether a mask and a picture to fill stand behind the picture in the latent.
    bool fills() const;
    int64_t layers() const { return static_cast<int64_t>(layers_.size()); }

    // What the picture has become after a block, [batch, tokens, dim], and what is to be added to the image; undefined
    // where that is nothing.
    struct Step {
        Tensor picture, residual;
    };
    // `latent` [batch, channels, h, w], in the model's scale.
    Tensor embedded(const Tensor& latent, const Rope& rope, const Tensor& time) const;
    Step refined(int64_t block, const Tensor& picture, const AfterBlock& after) const;
    Step advanced(int64_t layer, const Tensor& picture, const AfterBlock& after) const;

private:
    struct Layer {
        lumina::Block block;
        std::optional<Linear> before;  // the first of a stack lets the image in
        Linear after;

        explicit Layer(const Weights& w);
        Step operator()(Tensor picture, const AfterBlock& after) const;
    };

    Weights weights_;
    Linear in_;
    std::vector<Layer> layers_;
    std::vector<lumina::Block> plain_refiner_;  // over the picture alone, in older files
    std::vector<Layer> refiner_;                // beside the network's own
    // Files of version 2.1 whose refiner was never trained: the layers stand in for it.
    bool refines_with_layers_ = false;
};

// `model` follows `pixels` and fills in `to_fill`; at least one of them is there, [batch, h, w, 3]. `kept` as in
// BlockControlPicture. (ZImageControlPatch)
struct ZImageControlPicture {
    Vae vae;
    std::optional<Tensor> pixels = {}, to_fill = {}, kept = {};
    double strength = 1.0;
};
Model with_z_image_control(const Model& model, std::shared_ptr<const ZImageControl> control,
                           ZImageControlPicture picture);

}  // namespace easel::inference
