// How SeedVR2 cuts a video into windows, within which its cells see each other.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace easel::inference::seedvr {

struct Span {
    int64_t begin, end;

    int64_t size() const { return end - begin; }
};
using Window = std::array<Span, 3>;  // frames, rows, columns

enum class Shift { none, half };

// Windows of a video of so many frames, rows and columns of cells, as large as four by three by three of them would be
// for a video of 45 by 80 cells in its own aspect ratio, at most 30 frames shared out between four. Moved by half a
// window where wanted; those at the border are smaller then. (comfy.ldm.seedvr.model.make_720Pwindows_bysize and its
// kin)
std::vector<Window> windows(const std::array<int64_t, 3>& size, Shift shift);

}  // namespace easel::inference::seedvr
