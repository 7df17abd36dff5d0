#include "base/error.hpp"
#include "inference/mesh/atlas.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct RenderUVAtlas {
    inference::Meshes mesh;
    std::int64_t resolution = 1024;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mesh_postprocess";
        s.category = "3d/texturing";
        s.display_name = "Render UV Atlas";
        s.description = "Renders a mesh's UV layout as an image.";
        s.in("mesh", &RenderUVAtlas::mesh);
        s.in("resolution", &RenderUVAtlas::resolution).range(64, 4096).step(64);
        s.out("image");
    }

    Image execute() const {
        if (mesh.empty() || !mesh.front().uvs.defined())
            throw UserError("RenderUVAtlas needs a mesh whose vertices have places in a texture");
        return {inference::atlas_picture(mesh.front(), resolution).unsqueeze(0)};
    }
};

}  // namespace

void register_render_uv_atlas(Registry& registry) { registry.add<RenderUVAtlas>("RenderUVAtlas"); }

}  // namespace easel::nodes
