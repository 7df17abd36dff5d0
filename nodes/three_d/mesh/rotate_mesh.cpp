#include "base/error.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/types.hpp"

#include <ATen/ops/tensor.h>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

InputSpec angle(const std::string& name, const std::string& axis) {
    InputSpec input = inner_input(name, "FLOAT");
    Field<double>(input)
        .default_value(0.0)
        .range(-360.0, 360.0)
        .step(0.1)
        .tooltip("Rotation around the " + axis + " axis in degrees.");
    return input;
}

InputSpec quaternion_part(const std::string& name, double value) {
    InputSpec input = inner_input(name, "FLOAT");
    Field<double>(input).default_value(value).range(-1.0, 1.0).step(0.001);
    return input;
}

std::vector<Branch> rotate_mesh_mode_branches() {
    return {{"euler_xyz", {angle("angle_x", "X"), angle("angle_y", "Y"), angle("angle_z", "Z")}},
            {"quaternion",
             {quaternion_part("qw", 1.0), quaternion_part("qx", 0.0), quaternion_part("qy", 0.0),
              quaternion_part("qz", 0.0)}}};
}

// About x, then y, then z, in degrees.
Tensor turned_about_axes(double x, double y, double z) {
    constexpr double degree = std::numbers::pi / 180.0;
    const double cx = std::cos(x * degree), sx = std::sin(x * degree), cy = std::cos(y * degree),
                 sy = std::sin(y * degree), cz = std::cos(z * degree), sz = std::sin(z * degree);
    return at::tensor({cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz, cy * sz, sx * sy * sz + cx * cz,
                       cx * sy * sz - sx * cz, -sy, sx * cy, cx * cy},
                      at::kDouble)
        .view({3, 3});
}

Tensor turned_by_quaternion(double w, double x, double y, double z) {
    const double length = std::sqrt(w * w + x * x + y * y + z * z);
    constexpr double shortest = 1e-8;
    if (length < shortest) throw NamedError("ValueError", "RotateMesh: quaternion has zero magnitude");
    w /= length, x /= length, y /= length, z /= length;
    return at::tensor({1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w), 2 * (x * y + z * w),
                       1 - 2 * (x * x + z * z), 2 * (y * z - x * w), 2 * (x * z - y * w), 2 * (y * z + x * w),
                       1 - 2 * (x * x + y * y)},
                      at::kDouble)
        .view({3, 3});
}

struct RotateMesh {
    inference::Meshes mesh;
    Chosen mode;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_save_3d";
        s.category = "3d/mesh";
        s.display_name = "Rotate Mesh";
        s.description = "Rotate a mesh. Euler XYZ applies X then Y then Z about the world axes (degrees). Quaternion "
                        "is (w, x, y, z), auto-normalized.";
        s.in("mesh", &RotateMesh::mesh);
        choice_in(s, "mode", "", rotate_mesh_mode_branches(), &RotateMesh::mode);
        s.out("mesh");
    }

    inference::Meshes execute() const {
        const Tensor rotation =
            mode.key == "quaternion"
                ? turned_by_quaternion(mode.number("qw"), mode.number("qx"), mode.number("qy"), mode.number("qz"))
                : turned_about_axes(mode.number("angle_x"), mode.number("angle_y"), mode.number("angle_z"));
        inference::Meshes result;
        for (const inference::Mesh& item : mesh)
            result.push_back(inference::rotated(item, rotation));
        return result;
    }
};

}  // namespace

void register_rotate_mesh(Registry& registry) { registry.add<RotateMesh>("RotateMesh"); }

}  // namespace easel::nodes
