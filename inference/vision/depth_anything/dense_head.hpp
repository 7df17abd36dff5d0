// The head that makes pictures of features: four layers' features are brought to four sizes and joined from coarse to
// fine. (Ranftl et al. 2021, DPT; with a second branch for rays, Depth Anything 3)
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/norm.hpp"

#include <array>
#include <optional>
#include <vector>

namespace easel::inference {

class DenseHead {
public:
    explicit DenseHead(const Weights& w);

    // Each [views, height, width]; what the network does not tell is undefined.
    struct Result {
        Tensor depth, confidence, sky;
        Tensor rays;             // [views, height, width, 6]: direction and origin, smaller than the picture
        Tensor rays_confidence;  // likewise
    };
    // `cells` [views, height / 14 * width / 14, dim] of four layers.
    Result operator()(const std::vector<Tensor>& cells, int64_t height, int64_t width, bool wants_rays) const;

    bool has_rays() const { return rays_.has_value(); }

private:
    struct Residual {
        Conv2d first, second;

        explicit Residual(const Weights& w) : first(w / "conv1"), second(w / "conv2") {}
        Tensor operator()(const Tensor& x) const { return second(at::relu(first(at::relu(x)))) + x; }
    };
    struct Fusion {
        std::optional<Residual> finer;
        Residual joined;
        Conv2d out;

        explicit Fusion(const Weights& w);
        // `fine` may be undefined. The result has the size [height, width].
        Tensor operator()(const Tensor& x, const Tensor& fine, at::IntArrayRef size) const;
    };
    using Ladder = std::array<Fusion, 4>;  // fine to coarse
    struct Rays {
        Ladder ladder;
        std::vector<Conv2d> before;
        Conv2d first;
        LayerNorm norm;
        Conv2d last;

        explicit Rays(const Weights& w);
    };

    static Ladder ladder(const Weights& w, std::string_view suffix);
    static Tensor climbed(const Ladder& ladder, const std::array<Tensor, 4>& levels);

    std::optional<LayerNorm> norm_;
    std::vector<Conv2d> projections_;
    Weight quadruple_, quadruple_bias_, double_, double_bias_;  // of transposed convolutions
    Conv2d halve_;
    std::array<Conv2d, 4> levels_;
    Ladder ladder_;
    Conv2d middle_, depth_in_, depth_out_;
    std::optional<Conv2d> sky_in_, sky_out_;
    std::optional<Rays> rays_;
};

}  // namespace easel::inference
