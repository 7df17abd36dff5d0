// What MoGe finds of pictures: their depth, the points in space that they show, and the camera.
#pragma once

#include "inference/vision/moge/network.hpp"

#include <memory>
#include <optional>

namespace easel::inference {

// Undefined tensors were not told.
struct PointGeometry {
    Tensor points;      // [batch, height, width, 3]: right, down, forward; infinite where there is nothing
    Tensor depth;       // [batch, height, width]
    Tensor intrinsics;  // [batch, 3, 3], of a picture of side 1
    Tensor mask;        // [batch, height, width], bool
    Tensor normals;     // [batch, height, width, 3]
    Tensor image;       // [batch, height, width, 3]
};

class Moge {
public:
    explicit Moge(const Weights& w) : network_(moge::make_network(w)), weights_(w.table()) {}

    struct Request {
        int64_t detail = 9;                        // 0 to 9
        std::optional<double> field_of_view = {};  // horizontal, in degrees; unset is found
        bool projects = true;                      // points lie on the rays of the pixels
        bool applies_mask = true;                  // nothing is left where nothing was seen
        bool applies_scale = true;                 // in metres, where the network tells the scale
    };
    // `pixels` [batch, height, width, 3] in 0..1. (MoGeInference of the reference)
    PointGeometry look(const Tensor& pixels, const Request& request) const;

private:
    std::shared_ptr<const moge::Network> network_;
    std::shared_ptr<WeightTable> weights_;
};

// The network's tensors by the names that it reads; empty when the file is no MoGe.
TensorMap moge_tensors(const TensorMap& file);

}  // namespace easel::inference
