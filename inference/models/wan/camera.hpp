// How a camera moves, as Wan's camera models read it: the ray through every pixel of every frame.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/models/wan/start_frames.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace easel::inference::wan {

// The moves that there are, in the order in which a node offers them.
inline constexpr std::array<std::string_view, 9> camera_moves{
    "Static",        "Pan Up", "Pan Down", "Pan Left", "Pan Right", "Zoom In", "Zoom Out", "Anti Clockwise (ACW)",
    "ClockWise (CW)"};

struct Lens {
    double fx = 0.5, fy = 0.5;  // focal lengths, in widths and heights of the picture
    double cx = 0.5, cy = 0.5;  // the centre, likewise
};

// [1, 24, frames / 4 rounded up, height, width]: six Pluecker coordinates of each ray (its moment and its direction)
// for four frames at a time; the first frame counts four times. Throws UserError for a name that is no move, or when
// the frames are not one more than a multiple of four. (WanCameraEmbedding)
Tensor camera_rays(std::string_view move, double speed, const Lens& lens, const VideoSize& size);

// Makes such rays into something to add to the cells of Wan's latent.
class CameraAdapter {
public:
    explicit CameraAdapter(const Weights& w);
    // [batch, 24, frames, height, width] -> [batch, dim, frames, height / 16, width / 16]
    Tensor operator()(const Tensor& rays) const;

private:
    struct Residual {
        Conv2d in, out;
    };
    Conv2d shrink_;
    std::vector<Residual> residuals_;
};

}  // namespace easel::inference::wan
