#include "nodes/boxes.hpp"

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "graph/constants.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace easel::nodes {

namespace {

bool is_element(const Json& value) {
    const auto box = value.find("bbox");
    return box != value.end() && box->is_array() && box->size() == 4;
}

bool is_box(const Json& value) {
    return std::ranges::all_of(std::array{"x", "y", "width", "height"},
                               [&](const char* name) { return value.contains(name); });
}

// Boxes of a list with their metadata and nothing else.
Json plain_boxes(const Json& list) {
    Json boxes = Json::array();
    for (const Json& given : list) {
        if (!given.is_object()) continue;
        Json box = Json::object();
        for (const char* name : {"x", "y", "width", "height"})
            box[name] = given.contains(name) ? given[name] : Json(0);
        if (given.contains("metadata") && given["metadata"].is_object()) box["metadata"] = given["metadata"];
        boxes.push_back(std::move(box));
    }
    return boxes;
}

Json box_of_element(const Json& element, std::int64_t width, std::int64_t height) {
    if (!is_element(element)) throw UserError("bboxes element is missing a valid 'bbox' [ymin, xmin, ymax, xmax]");
    std::array<double, 4> sides{};
    for (std::size_t i = 0; i < 4; ++i) {
        if (!element["bbox"][i].is_number()) throw UserError("bboxes element 'bbox' must contain four numbers");
        sides[i] = element["bbox"][i].get<double>() / 1000.0;
    }
    const auto [top, left, bottom, right] = sides;
    const auto pixels = [](double fraction, std::int64_t length) {
        return static_cast<std::int64_t>(std::nearbyint(fraction * static_cast<double>(length)));
    };
    const bool is_text = element.contains("type") && element["type"] == "text";
    const auto palette = element.find("color_palette");
    const bool has_palette = palette != element.end() && !palette->is_null() && !palette->empty();
    return {{"x", pixels(std::min(left, right), width)},
            {"y", pixels(std::min(top, bottom), height)},
            {"width", pixels(std::abs(right - left), width)},
            {"height", pixels(std::abs(bottom - top), height)},
            {"metadata",
             {{"type", is_text ? "text" : "obj"},
              {"text", is_text && element.contains("text") ? element["text"] : Json("")},
              {"desc", element.contains("desc") ? element["desc"] : Json("")},
              {"palette", has_palette ? *palette : Json::array()}}}};
}

Json boxes_of_elements(const Json& elements, std::int64_t width, std::int64_t height) {
    Json boxes = Json::array();
    for (const Json& element : elements)
        if (element.is_object()) boxes.push_back(box_of_element(element, width, height));
    return boxes;
}

}  // namespace

Json read_boxes(const Json& given) {
    if (!given.is_string()) return given;
    const auto& text = given.get_ref<const std::string&>();
    if (text.find_first_not_of(" \t\n\r\f\v") == std::string::npos) return nullptr;
    try {
        return read_json(text);
    } catch (const UserError& error) {
        throw UserError(std::string("bboxes string input is not valid JSON: ") + error.what());
    }
}

Json boxes_from_input(const Json& input, std::int64_t width, std::int64_t height) {
    const Json given = read_boxes(input);
    if (given.is_null() || (given.is_array() && given.empty())) return Json::array();
    if (!given.is_object() && !given.is_array())
        throw UserError("bboxes input must be bounding boxes, elements, or a JSON string, got " +
                        std::string(graph::python_type(given)));
    const Json list = given.is_object() ? Json::array({given}) : given;
    if (list[0].is_array()) return plain_boxes(list[0]);
    if (!list[0].is_object())
        throw UserError("bboxes list must contain bounding boxes or elements, got " +
                        std::string(graph::python_type(list[0])));
    if (is_element(list[0])) return boxes_of_elements(list, width, height);
    if (is_box(list[0])) return plain_boxes(list);
    throw UserError("bboxes must be bounding boxes (x, y, width, height) or elements (with a 'bbox')");
}

bool same_in_python(const Json& a, const Json& b) {
    if (a.is_array() && b.is_array()) return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_in_python);
    if (!a.is_object() || !b.is_object()) return a == b;
    if (a.size() != b.size()) return false;
    return std::ranges::all_of(a.items(), [&b](const auto& member) {
        const auto other = b.find(member.key());
        return other != b.end() && same_in_python(member.value(), *other);
    });
}

}  // namespace easel::nodes
