// FILM (Reda et al. 2022): features of both frames at several sizes, flows between them from coarse to fine, and a
// network that joins what the flows bring together.
#pragma once

#include "inference/vision/frame_interpolation/frame_interpolator.hpp"

#include "inference/layers/conv.hpp"

#include <array>

namespace easel::inference {

class Film final : public FrameInterpolator {
public:
    explicit Film(const Weights& w);

    FrameFeatures look(const Tensor& frame) const override;
    Tensor between(const FrameFeatures& first, const FrameFeatures& second,
                   const std::vector<double>& times) const override;

private:
    using Levels = std::vector<Tensor>;  // fine to coarse

    // Flows that lead from `to`'s pixels to those of `from`, [1, 2, h, w] in pixels, at the sizes that are joined.
    Levels flows(const Levels& from, const Levels& to) const;
    Tensor fused(const Levels& aligned) const;

    std::vector<std::array<Conv2d, 2>> extractor_;  // one pair for each halving
    std::vector<std::vector<Conv2d>> estimators_;   // of flows; the first for the finest level, the last for the rest
    std::vector<std::array<Conv2d, 3>> fusion_;     // coarse to fine
    Conv2d out_;
};

}  // namespace easel::inference
