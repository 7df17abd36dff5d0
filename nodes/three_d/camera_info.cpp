#include "nodes/three_d/camera_info.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace easel::nodes {
namespace {

// A member that is a number other than 0, or `otherwise`.
double number_or(const Json& object, const char* name, double otherwise) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    if (found == object.end() || !found->is_number() || *found == 0) return otherwise;
    return found->get<double>();
}

Tensor numbers(const Json& camera_info, const char* name, std::initializer_list<const char*> parts) {
    const Json member = camera_info.value(name, Json::object());
    std::vector<double> values;
    for (const char* part : parts)
        values.push_back(number_or(member, part, 0.0));
    return at::tensor(values, at::kDouble).to(at::kFloat);
}

double number_at(const Tensor& values, std::int64_t place) { return static_cast<double>(values[place].item<float>()); }

Json named_axes(const Tensor& point) {
    return {{"x", number_at(point, 0)}, {"y", number_at(point, 1)}, {"z", number_at(point, 2)}};
}

}  // namespace

inference::Camera camera_from(const Json& camera_info) {
    const Json info = camera_info.is_object() ? camera_info : Json::object();
    inference::Camera camera{.position = numbers(info, "position", {"x", "y", "z"}),
                             .target = numbers(info, "target", {"x", "y", "z"}),
                             .rotation = {}};
    if (const Json rotation = info.value("quaternion", Json()); rotation.is_object() && !rotation.empty()) {
        camera.rotation = numbers(info, "quaternion", {"w", "x", "y", "z"});
        if (!rotation.contains("w")) camera.rotation[0] = 1.0f;
    }
    camera.fov = number_or(info, "fov", camera.fov);
    camera.zoom = number_or(info, "zoom", camera.zoom);
    std::string type = info.contains("cameraType") && info["cameraType"].is_string() ? info["cameraType"] : Json("");
    std::ranges::transform(type, type.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    camera.is_orthographic = type.starts_with("ortho");
    return camera;
}

Json camera_info_of(const inference::Camera& camera) {
    const Tensor& rotation = camera.rotation;
    return {{"position", named_axes(camera.position)},
            {"target", named_axes(camera.target)},
            {"quaternion",
             {{"x", number_at(rotation, 1)},
              {"y", number_at(rotation, 2)},
              {"z", number_at(rotation, 3)},
              {"w", number_at(rotation, 0)}}},
            {"fov", camera.fov},
            {"cameraType", camera.is_orthographic ? "orthographic" : "perspective"},
            {"zoom", camera.zoom}};
}

}  // namespace easel::nodes
