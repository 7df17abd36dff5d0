// One architecture of picture-to-picture networks that enlarge or restore. An architecture is a file in this folder
// with an entry in architectures.cpp, which tells them apart by their keys.
#pragma once

#include "inference/tensor.hpp"
#include "inference/weights/weights.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace easel::inference {

class UpscaleNetwork {
public:
    virtual ~UpscaleNetwork() = default;
    // [batch, channels, h, w] in 0..1 to [batch, channels, h * scale, w * scale], about 0..1.
    virtual Tensor operator()(const Tensor& x) const = 0;
    virtual int64_t scale() const = 0;
    // Smaller pictures, and sides that are not a multiple, are padded before they come here.
    virtual int64_t smallest_side() const { return 1; }
    virtual int64_t side_multiple() const { return 1; }
};

struct UpscaleArchitecture {
    std::string_view name;
    bool (*matches)(const Weights& w);
    std::unique_ptr<const UpscaleNetwork> (*build)(const Weights& w);
};

// What a last convolution with this many channels means: it makes `channels` pictures' channels `scale` times as large.
// (spandrel's get_scale_and_output_channels)
struct PixelShuffle {
    int64_t scale, channels;
};
PixelShuffle pixel_shuffle_of(int64_t convolved, int64_t in_channels);

// [batch, channels, h, w] with nearest neighbours `factor` times as large.
Tensor enlarged(const Tensor& x, int64_t factor);
// Pads right and bottom to a multiple of `multiple` by reflection.
Tensor reflected_to_multiple(const Tensor& x, int64_t multiple);

}  // namespace easel::inference
