// MoGe (Wang et al. 2025), versions 1 and 2: DINOv2's features of a picture become a point in space for each pixel.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/vision/dino2/dino2.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace easel::inference::moge {

// What a network tells of pictures [batch, 3, height, width]. Version 1 tells no normals and no scale.
struct Told {
    Tensor points;   // [batch, height, width, 3], up to a shift along z and a scale
    Tensor mask;     // [batch, height, width]: above 0.5 where there is something
    Tensor normals;  // [batch, height, width, 3], unit vectors
    Tensor scale;    // [batch], in metres
};

class Network {
public:
    virtual ~Network() = default;
    // `cells` is about how many parts the picture is seen in.
    virtual Told operator()(const Tensor& pictures, int64_t cells) const = 0;
    virtual int64_t most_cells() const = 0;
    // Whether what lies behind the camera is to be taken for nothing.
    virtual bool drops_behind() const = 0;
};

std::unique_ptr<const Network> make_network(const Weights& w);

// The layers of both versions.

// A convolution that sees the border go on outside.
struct Conv {
    Weight weight, bias;

    Conv() = default;
    explicit Conv(const Weights& w) : weight(w["weight"]), bias(w["bias"]) {}
    Tensor operator()(const Tensor& x) const;
};

struct Residual {
    std::optional<GroupNorm> norm1, norm2;
    Conv conv1, conv2;

    explicit Residual(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

// Twice the size, by a transposed convolution or by interpolation, and a convolution.
struct Doubling {
    Weight weight, bias;  // undefined: by interpolation
    Conv conv;

    Doubling(const Weights& up, const Weights& behind);
    Tensor operator()(const Tensor& x) const;
};

// Where cells are, from the middle of a picture of this aspect ratio, half its diagonal being 1: [1, 2, height, width].
Tensor places(int64_t height, int64_t width, double aspect, const at::TensorOptions& options);

// Points whose third part is the logarithm of their depth and whose first two are to be multiplied by it.
Tensor unfolded(const Tensor& points);

}  // namespace easel::inference::moge
