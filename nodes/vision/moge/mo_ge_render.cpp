#include "inference/image/depth_pictures.hpp"
#include "inference/image/normal_pictures.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/moge/moge_sockets.hpp"

namespace easel::nodes {
namespace {

struct MoGeRender {
    inference::PointGeometry moge_geometry;
    std::string output = "depth";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_moge";
        s.category = "image/geometry estimation";
        s.display_name = "Render MoGe Geometry";
        s.description = "Render a depth map or normal map from geometry data";
        s.search_aliases = {"moge", "render", "geometry", "depth", "normal"};
        s.in("moge_geometry", &MoGeRender::moge_geometry);
        s.in("output", &MoGeRender::output)
            .choices(one_of({"depth", "depth_colored", "normal_opengl", "normal_directx", "mask"}))
            .default_value("depth")
            .tooltip("DirectX vs OpenGL controls the normal-map green-channel convention. DirectX: green = -Y down "
                     "(Unreal). OpenGL: green = +Y up (Blender, Substance, Unity, glTF).");
    }

    Image execute() const {
        if (output == "mask") return {inference::grey(moge_geometry.mask.to(at::kFloat))};
        if (output == "depth") return {inference::grey(inference::disparity(moge_geometry.depth))};
        if (output == "depth_colored") return {inference::turbo_colors(inference::disparity(moge_geometry.depth))};
        const Tensor normals = moge_geometry.normals.defined() ? moge_geometry.normals
                                                               : inference::normals_of_points(moge_geometry.points);
        return {inference::normal_colors(normals, output == "normal_opengl" ? inference::GreenPoints::up
                                                                            : inference::GreenPoints::down)};
    }
};

}  // namespace

void register_mo_ge_render(Registry& registry) { registry.add<MoGeRender>("MoGeRender"); }

}  // namespace easel::nodes
