// Bounding boxes as links and editors carry them: {"x", "y", "width", "height"} in pixels, perhaps with "metadata".
#pragma once

#include "base/json.hpp"

#include <cstdint>

namespace easel::nodes {

// What a node is given, read where it is JSON text; null for blank text. Throws UserError where it cannot be read.
Json read_boxes(const Json& given);

// A list of boxes out of what a node is given: a box, a list of boxes, a list of such lists (the first counts),
// elements of a structured prompt ({"type", "bbox": [top, left, bottom, right] in thousandths of the canvas, "desc",
// ...}), or any of these as JSON text; null gives none. `width` and `height` are the canvas that elements lie on, in
// pixels. Throws UserError that says what is wrong with anything else.
// (comfy_extras.nodes_bounding_boxes.boxes_from_input)
Json boxes_from_input(const Json& input, std::int64_t width, std::int64_t height);

// Whether two values are the same in Python: numbers by value, members of objects in any order.
bool same_in_python(const Json& a, const Json& b);

}  // namespace easel::nodes
