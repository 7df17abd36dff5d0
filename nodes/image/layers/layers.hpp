// What LAYERS links carry: pictures that wait to be laid over each other.
#pragma once

#include "inference/image/layers.hpp"
#include "nodes/types.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::nodes {

// A batch of pictures with one place; each picture becomes a layer.
struct LayerItem {
    Tensor pixels;     // [batch, h, w, 3 or 4]
    Tensor mask = {};  // [1 or batch, h, w], 1 is hidden; may be undefined
    std::string name = {};
    std::int64_t x = 0, y = 0;
    std::int64_t width = 0, height = 0;  // 0: as the picture's
    std::int64_t z_index = 0;            // items with a higher one lie above
    double rotation = 0.0;               // clockwise, in radians
    double opacity = 1.0;
    std::string mode = "normal";
    bool flipped = false, upside_down = false;
};

struct Layers {
    static constexpr std::string_view socket = "LAYERS";
    std::vector<LayerItem> items;
    std::optional<std::array<std::int64_t, 2>> canvas;  // width and height
};
graph::Footprint footprint(const Layers& layers);

// The mask of the picture at `index` of a batch: the only one, or the one at its place; undefined when there is none.
Tensor mask_at(const Tensor& masks, std::int64_t index);

// A layer as it is placed at first, and its name for the editor.
struct NamedLayer {
    inference::PlacedPicture picture;
    std::string name;
};

// All layers from the bottom to the top. Throws UserError when there are more than 50.
std::vector<NamedLayer> layers_of(const Layers& layers);

// What the editor knows the inputs by: a digest of the levels and the place of every layer.
std::vector<std::string> layer_digests(const std::vector<NamedLayer>& layers);

}  // namespace easel::nodes
