// What is behind CLIP_VISION links: the vision transformers of CLIP and SigLIP here, others where their networks are.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/vision/clip_vision.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

class ClipVisionNetwork {
public:
    virtual ~ClipVisionNetwork() = default;

    // `pixels` [batch, height, width, channels] in 0..1 as the network wants them: [batch, 3, height, width], scaled to
    // its size and normalised.
    virtual Tensor prepared(const Tensor& pixels, ClipVision::Fit fit) const = 0;
    virtual ClipVisionOutput operator()(const Tensor& prepared) const = 0;
};

// The colours of `pixels` [batch, height, width, channels] as planes [batch, 3, height, width], float32.
Tensor color_planes(const Tensor& pixels);
// `planes` as squares with sides of `size`.
Tensor fitted_to_square(const Tensor& planes, int64_t size, ClipVision::Fit fit);
// `planes` in 0..1, rounded to what bytes hold, by the mean and deviation of each channel.
Tensor normalised_planes(const Tensor& planes, at::ArrayRef<double> mean, at::ArrayRef<double> deviation);
// `output` with what the network saw, `prepared`, as its sizes.
ClipVisionOutput with_sizes(ClipVisionOutput output, const Tensor& prepared);

// CLIP's and SigLIP's.
class ClipTransformer : public ClipVisionNetwork {
public:
    explicit ClipTransformer(const Weights& w);

    Tensor prepared(const Tensor& pixels, ClipVision::Fit fit) const override;
    ClipVisionOutput operator()(const Tensor& prepared) const override;
    // Its `last_hidden_state` alone, without keeping those of the layers before.
    Tensor last_states(const Tensor& prepared) const;
    // Of a picture, for networks that take pictures of one size.
    int64_t patches_per_side() const;

private:
    enum class Kind { clip, siglip, siglip2 };

    struct Layer {
        LayerNorm norm1, norm2;
        Linear q, k, v, out, fc1, fc2;

        explicit Layer(const Weights& w);
    };
    struct Projector {  // LLaVA's
        Linear first, second;
    };

    Tensor embedded(const Tensor& pixels) const;
    void run(const Layer& layer, Tensor& x) const;
    Tensor activated(const Tensor& x) const;

    Kind kind_;
    Weight patches_, patch_bias_, class_token_, positions_;
    int64_t patch_, heads_;
    std::optional<LayerNorm> norm_before_;
    std::vector<Layer> layers_;
    LayerNorm norm_after_;
    Weight projection_;
    std::optional<Projector> projector_;
};

}  // namespace easel::inference
