// Depth Anything 3 (Lin et al. 2025) tells how far away everything in a picture is, or in several views of one scene,
// and then where they were taken from.
#pragma once

#include "inference/vision/depth_anything/camera.hpp"
#include "inference/vision/depth_anything/dense_head.hpp"
#include "inference/vision/dino2/dino2.hpp"

#include <optional>

namespace easel::inference {

// What was found of pictures, at their own size. Undefined tensors were not told by the network.
struct DepthGeometry {
    Tensor depth;       // [batch, height, width], farther is more
    Tensor image;       // [batch, height, width, 3]
    Tensor sky;         // [batch, height, width], 0 where there is none
    Tensor confidence;  // [batch, height, width], from 1 on
    Cameras cameras;    // of several views only; intrinsics belong to the size that the network saw
};

class DepthAnything {
public:
    explicit DepthAnything(const Weights& w);

    enum class Fit { longest_side, shortest_side };
    enum class Pose { decoded, of_rays };

    // Pictures are looked at with a side of about `resolution` pixels, each by itself.
    // `pixels` [batch, height, width, 3] in 0..1. (DA3Inference of the reference, "mono")
    DepthGeometry look_at_pictures(const Tensor& pixels, int64_t resolution, Fit fit) const;
    // The same where they show one scene. (DA3Inference of the reference, "multiview")
    DepthGeometry look_at_scene(const Tensor& pixels, int64_t resolution, Fit fit, ReferenceView reference,
                                Pose pose) const;

    // What looking at a scene needs.
    bool decodes_poses() const { return camera_.has_value(); }
    bool has_rays() const { return head_.has_rays(); }

    struct Output {
        DenseHead::Result seen;
        Tensor poses;  // [views, 9] of more than one view
    };
    // `views` [views, 3, height, width], normalised, sides multiples of 14.
    Output operator()(const Tensor& views, ReferenceView reference, bool wants_rays) const;

private:
    struct CameraDecoder {
        Linear first, second, translation, rotation, field;

        explicit CameraDecoder(const Weights& w);
        Tensor operator()(const Tensor& tokens) const;
    };

    Dino2 backbone_;
    std::vector<std::size_t> layers_;  // of the backbone, that the head reads
    DenseHead head_;
    std::optional<CameraDecoder> camera_;
    std::shared_ptr<WeightTable> weights_;
};

// The network's tensors; empty when the file is no Depth Anything 3.
TensorMap depth_anything_tensors(const TensorMap& file);

}  // namespace easel::inference
