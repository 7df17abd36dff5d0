#include "nodes/choices.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/three_d/camera_info.hpp"
#include "nodes/types.hpp"

#include <cmath>
#include <numbers>
#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

std::vector<Branch> create_camera_info_mode_branches() {
    InputSpec orbit_yaw = inner_input("yaw", "FLOAT");
    Field<double>(orbit_yaw).default_value(35.0).range(-360.0, 360.0).step(1.0);
    InputSpec orbit_pitch = inner_input("pitch", "FLOAT");
    Field<double>(orbit_pitch).default_value(30.0).range(-89.0, 89.0).step(1.0);
    InputSpec orbit_distance = inner_input("distance", "FLOAT");
    Field<double>(orbit_distance)
        .default_value(4.0)
        .range(0.01, 1000.0)
        .step(0.01)
        .tooltip("Camera distance from the target.");
    InputSpec look_at_position_x = inner_input("position_x", "FLOAT");
    Field<double>(look_at_position_x)
        .default_value(4.0)
        .range(-1000.0, 1000.0)
        .step(0.01)
        .tooltip("Camera position in world space (right-handed, Y-up).");
    InputSpec look_at_position_y = inner_input("position_y", "FLOAT");
    Field<double>(look_at_position_y).default_value(4.0).range(-1000.0, 1000.0).step(0.01);
    InputSpec look_at_position_z = inner_input("position_z", "FLOAT");
    Field<double>(look_at_position_z).default_value(4.0).range(-1000.0, 1000.0).step(0.01);
    InputSpec quaternion_position_x = inner_input("position_x", "FLOAT");
    Field<double>(quaternion_position_x)
        .default_value(4.0)
        .range(-1000.0, 1000.0)
        .step(0.01)
        .tooltip("Camera position in world space (right-handed, Y-up).");
    InputSpec quaternion_position_y = inner_input("position_y", "FLOAT");
    Field<double>(quaternion_position_y).default_value(4.0).range(-1000.0, 1000.0).step(0.01);
    InputSpec quaternion_position_z = inner_input("position_z", "FLOAT");
    Field<double>(quaternion_position_z).default_value(4.0).range(-1000.0, 1000.0).step(0.01);
    InputSpec quaternion_quat_x = inner_input("quat_x", "FLOAT");
    Field<double>(quaternion_quat_x).default_value(0.0).range(-1.0, 1.0).step(0.001);
    InputSpec quaternion_quat_y = inner_input("quat_y", "FLOAT");
    Field<double>(quaternion_quat_y).default_value(0.0).range(-1.0, 1.0).step(0.001);
    InputSpec quaternion_quat_z = inner_input("quat_z", "FLOAT");
    Field<double>(quaternion_quat_z).default_value(0.0).range(-1.0, 1.0).step(0.001);
    InputSpec quaternion_quat_w = inner_input("quat_w", "FLOAT");
    Field<double>(quaternion_quat_w)
        .default_value(1.0)
        .range(-1.0, 1.0)
        .step(0.001)
        .tooltip("Camera world-rotation quaternion (three.js: looks down local -Z). Normalized for you.");
    return {{"orbit", {orbit_yaw, orbit_pitch, orbit_distance}},
            {"look_at", {look_at_position_x, look_at_position_y, look_at_position_z}},
            {"quaternion",
             {quaternion_position_x, quaternion_position_y, quaternion_position_z, quaternion_quat_x, quaternion_quat_y,
              quaternion_quat_z, quaternion_quat_w}}};
}

struct CreateCameraInfo {
    Chosen mode;
    double target_x = 0.0;
    double target_y = 0.0;
    double target_z = 0.0;
    double roll = 0.0;
    double fov = 35.0;
    double zoom = 1.0;
    std::string camera_type;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_gaussian_splat";
        s.category = "3d";
        s.display_name = "Create Camera Info";
        s.description =
            "Build a camera_infoMode 'orbit' aims with yaw/pitch/distance around the target; 'look_at' places the "
            "camera at world position. Coordinates are the viewer's world space (right-handed,Y-up).";
        s.search_aliases = {"camera position", "make camera info", "orbit camera", "look at camera"};
        choice_in(s, "mode",
                  "How to define the camera: orbit angles, an explicit position, or a position + quaternion.",
                  create_camera_info_mode_branches(), &CreateCameraInfo::mode);
        s.in("target_x", &CreateCameraInfo::target_x)
            .range(-1000.0, 1000.0)
            .step(0.01)
            .advanced()
            .tooltip("Look-at point (orbit pivot / aim). In orbit mode, move it to pan/translate the whole camera. "
                     "Ignored in quaternion mode. Defaults to the origin.");
        s.in("target_y", &CreateCameraInfo::target_y).range(-1000.0, 1000.0).step(0.01).advanced();
        s.in("target_z", &CreateCameraInfo::target_z).range(-1000.0, 1000.0).step(0.01).advanced();
        s.in("roll", &CreateCameraInfo::roll)
            .range(-180.0, 180.0)
            .step(1.0)
            .tooltip("Camera roll about the view axis, degrees.");
        s.in("fov", &CreateCameraInfo::fov).range(1.0, 120.0).step(1.0).tooltip("Vertical field of view in degrees.");
        s.in("zoom", &CreateCameraInfo::zoom)
            .range(0.01, 100.0)
            .step(0.01)
            .tooltip("Digital zoom (focal-length multiplier). >1 zooms in without moving the camera.");
        s.in("camera_type", &CreateCameraInfo::camera_type)
            .choices(one_of({"perspective", "orthographic"}))
            .tooltip("Projection used by Render Splat: perspective (foreshortening) or orthographic (parallel).");
        s.out("camera_info").type = "LOAD3D_CAMERA";
    }

    Json execute() const {
        const auto inner = [&](const char* name) { return mode.number(name); };
        const auto numbers = [](std::initializer_list<double> values) {
            return at::tensor(at::ArrayRef<double>(values), at::kDouble).to(at::kFloat);
        };
        const bool is_orbit = mode.key == "orbit", is_free = mode.key == "quaternion";
        const Tensor position =
            is_orbit ? orbit_position() : numbers({inner("position_x"), inner("position_y"), inner("position_z")});
        inference::Camera camera =
            is_free ? inference::turned_by(
                          position, numbers({inner("quat_w"), inner("quat_x"), inner("quat_y"), inner("quat_z")}))
                    : inference::looking_at(position, numbers({target_x, target_y, target_z}), roll);
        camera.fov = fov;
        camera.zoom = zoom;
        camera.is_orthographic = camera_type == "orthographic";
        return camera_info_of(camera);
    }

private:
    Tensor orbit_position() const {
        const auto radians = [&](const char* name) { return mode.number(name) * std::numbers::pi / 180.0; };
        const double yaw = radians("yaw"), pitch = radians("pitch"), distance = mode.number("distance");
        return at::tensor({target_x + distance * std::cos(pitch) * std::sin(yaw), target_y + distance * std::sin(pitch),
                           target_z + distance * std::cos(pitch) * std::cos(yaw)},
                          at::kDouble)
            .to(at::kFloat);
    }
};

}  // namespace

void register_create_camera_info(Registry& registry) { registry.add<CreateCameraInfo>("CreateCameraInfo"); }

}  // namespace easel::nodes
