#include "base/error.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/moge/moge_sockets.hpp"

#include <cmath>
#include <numbers>
#include <tuple>

namespace easel::nodes {
namespace {

struct MoGeGeometryToFOV {
    inference::PointGeometry moge_geometry;
    std::string axis = "vertical";
    std::string unit = "degrees";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_moge";
        s.category = "image/geometry estimation";
        s.display_name = "Get FoV from MoGe Geometry";
        s.description = "Derive the field of view and focal length from MoGe intrinsics.";
        s.search_aliases = {"moge", "fov", "geometry", "intrinsics", "field of view"};
        s.in("moge_geometry", &MoGeGeometryToFOV::moge_geometry);
        s.in("axis", &MoGeGeometryToFOV::axis)
            .choices(one_of({"vertical", "horizontal", "diagonal"}))
            .default_value("vertical")
            .tooltip("'vertical' (fov_y), 'horizontal' (fov_x), or 'diagonal'.");
        s.in("unit", &MoGeGeometryToFOV::unit)
            .choices(one_of({"degrees", "radians"}))
            .default_value("degrees")
            .tooltip("Output unit for the FOV.");
        s.out("fov");
        s.out("focal_pixels");
    }

    std::tuple<double, double> execute() const {
        if (!moge_geometry.intrinsics.defined())
            throw NamedError("ValueError", "the geometry has no intrinsics; that of a panorama has none");
        const Tensor& camera = moge_geometry.intrinsics[0];
        const auto fx = static_cast<double>(camera[0][0].item<float>());
        const auto fy = static_cast<double>(camera[1][1].item<float>());
        const double across = 0.5 / fx, down = 0.5 / fy;
        const double half = axis == "horizontal" ? across : axis == "vertical" ? down : std::hypot(across, down);
        const double radians = 2.0 * std::atan(half);
        const double field = unit == "radians" ? radians : radians * (180.0 / std::numbers::pi);
        return {field, fy * static_cast<double>(moge_geometry.image.size(1))};
    }
};

}  // namespace

void register_mo_ge_geometry_to_fov(Registry& registry) { registry.add<MoGeGeometryToFOV>("MoGeGeometryToFOV"); }

}  // namespace easel::nodes
