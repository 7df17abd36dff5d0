// A composition as the layer editor saved it in a workflow.
#pragma once

#include "nodes/image/layers/layers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace easel::nodes {

struct SavedComposition {
    std::int64_t width = 0, height = 0;
    Json layers;                                           // what the editor says of each input
    std::vector<std::string> inputs;                       // digests of the layers that it was made of
    std::vector<std::size_t> order;                        // from the bottom to the top; empty: as they come
    std::optional<std::array<double, 4>> background = {};  // sRGB and opacity, where it shows
};

// `given` is the object, or its text. Nothing where it is none that can be used.
// (comfy_extras.nodes_compositor.parse_layer_state)
std::optional<SavedComposition> saved_composition(const Json& given);

// Whether there was anything but an empty object or text.
bool has_composition(const Json& given);

// The inputs placed as the editor says. Numbers out of range are brought into it.
inference::LayeredPicture arranged(const SavedComposition& saved, const std::vector<NamedLayer>& layers);

}  // namespace easel::nodes
