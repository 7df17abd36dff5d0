#include "base/error.hpp"
#include "base/log.hpp"
#include "inference/mesh/render.hpp"
#include "nodes/choices.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/types.hpp"

#include <cmath>
#include <numbers>

namespace easel::nodes {
namespace {

double number_in(const Json& object, const char* name, double otherwise) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number() ? found->get<double>() : otherwise;
}

std::array<double, 3> vector_in(const Json& object) {
    return {number_in(object, "x", 0.0), number_in(object, "y", 0.0), number_in(object, "z", 0.0)};
}

inference::Placement placement_in(const Json& transform) {
    inference::Placement placement;
    for (const char* part : {"scale", "position", "quaternion"})
        if (!transform.contains(part)) throw UserError(std::string("model_3d_info has no ") + part);
    placement.scale = vector_in(transform["scale"]);
    placement.position = vector_in(transform["position"]);
    const Json& rotation = transform["quaternion"];
    const auto [x, y, z] = vector_in(rotation);
    placement.rotation = {x, y, z, number_in(rotation, "w", 1.0)};
    return placement;
}

// A viewer's camera, which looks at the middle of the mesh where it does not say at what.
inference::Camera camera_in(const Json& camera, const inference::Mesh& mesh) {
    const auto point = [](const Json& object) { return at::tensor(vector_in(object), at::kDouble).to(at::kFloat); };
    const auto target = camera.find("target");
    const bool has_target = target != camera.end() && target->is_object() && !target->empty();
    const double degrees = number_in(camera, "fov", 0.0), zoom = number_in(camera, "zoom", 1.0);
    const double half = (degrees == 0.0 ? 40.0 : degrees) * std::numbers::pi / 360.0;
    const double zoomed = std::tan(half) / std::max(zoom == 0.0 ? 1.0 : zoom, 1e-3);
    return inference::Camera::looking_at(point(camera.value("position", Json::object())),
                                         has_target ? point(*target) : inference::middle_of(mesh),
                                         2.0 * std::atan(zoomed));
}

// "#rrggbb"
Tensor color_of(const std::string& text) {
    const std::string digits = text.substr(std::min(text.find_first_not_of('#'), text.size()));
    if (digits.size() < 6 || digits.find_first_not_of("0123456789abcdefABCDEF") < 6)
        throw UserError("\"" + text + "\" is no colour: write it as #rrggbb");
    std::vector<float> channels;
    for (std::size_t i = 0; i < 6; i += 2)
        channels.push_back(static_cast<float>(std::stoi(digits.substr(i, 2), nullptr, 16)) / 255.0f);
    return at::tensor(channels);
}

inference::Look look_of(const std::string& mode, const inference::Mesh& mesh) {
    if (mode == "texture") return inference::Look::texture;
    if (mode == "vertex colors") return inference::Look::colors;
    if (mode == "normal") return inference::Look::normals;
    if (mode == "depth") return inference::Look::depth;
    if (mode == "solid") return inference::Look::solid;
    if (mesh.texture.defined() && mesh.uvs.defined()) return inference::Look::texture;
    return mesh.colors.defined() ? inference::Look::colors : inference::Look::solid;
}

struct RenderMesh {
    inference::Meshes mesh;
    std::string mode;
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    std::string background = "#000000";
    std::optional<Json> model_3d_info;
    std::optional<Json> camera_info;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mesh_postprocess";
        s.category = "3d/mesh";
        s.display_name = "Render Mesh";
        s.description = "Ray-casts a single view of a mesh. The camera and optional model transform can come from a "
                        "Load3D / Preview3D viewer.";
        s.search_aliases = {"mesh to image", "render mesh", "preview textured mesh"};
        s.in("mesh", &RenderMesh::mesh);
        s.in("mode", &RenderMesh::mode)
            .choices(one_of({"auto", "texture", "vertex colors", "solid", "normal", "depth"}))
            .tooltip("What to render. auto: texture if present, else vertex colours, else shaded clay.");
        s.in("width", &RenderMesh::width).range(64, 4096).step(8);
        s.in("height", &RenderMesh::height).range(64, 4096).step(8);
        s.in("background", &RenderMesh::background).type("COLOR").option("socketless", true);
        s.in("model_3d_info", &RenderMesh::model_3d_info)
            .type("LOAD3D_MODEL_INFO")
            .tooltip("Model transform from the same Load3D / Preview3D viewer. Connect it with camera_info to match "
                     "the viewer framing.");
        s.in("camera_info", &RenderMesh::camera_info)
            .type("LOAD3D_CAMERA")
            .tooltip("Camera from a Load3D / Preview3D viewer or a Create Camera Info node. If none is connected, a "
                     "default front view is auto-framed.");
        s.out("image");
        s.out("mask");
    }

    std::tuple<Image, Mask> execute() const {
        if (mesh.size() > 1) logger("nodes")->warn("RenderMesh shows the first of {} meshes", mesh.size());
        if (mesh.empty() || mesh.front().empty()) throw UserError("RenderMesh got a mesh without surfaces");
        inference::Mesh shown = mesh.front();
        if (model_3d_info && model_3d_info->is_array() && !model_3d_info->empty() && (*model_3d_info)[0].is_object())
            shown = inference::placed(shown, placement_in((*model_3d_info)[0]));
        const inference::Camera camera = camera_info && camera_info->is_object()
                                             ? camera_in(*camera_info, shown)
                                             : inference::Camera::in_front_of(shown);
        const auto view = inference::rendered(shown, camera, look_of(mode, shown), width, height);
        const Tensor picture = at::where(view.is_hit.unsqueeze(2), view.picture, color_of(background));
        return {Image{picture.unsqueeze(0)}, Mask{view.is_hit.to(at::kFloat).unsqueeze(0)}};
    }
};

}  // namespace

void register_render_mesh(Registry& registry) { registry.add<RenderMesh>("RenderMesh"); }

}  // namespace easel::nodes
