#include "base/error.hpp"
#include "inference/mesh/textures.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

// The picture for one mesh of several; the last one serves those that have none of their own.
Tensor picture_for(const std::optional<Image>& pictures, std::size_t mesh) {
    if (!pictures) return {};
    const auto index = static_cast<std::int64_t>(mesh);
    return pictures->pixels[std::min(index, pictures->pixels.size(0) - 1)];
}

struct ApplyTextureToMesh {
    inference::Meshes mesh;
    Image base_color;
    std::optional<Image> metallic;
    std::optional<Image> roughness;
    std::optional<Image> occlusion;
    std::optional<Image> normal_map;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mesh_postprocess";
        s.category = "3d/texturing";
        s.display_name = "Apply Texture to Mesh";
        s.description = "Attaches baked texture IMAGEs to a mesh's UV layout for SaveGLB. Feed the SAME mesh you baked";
        s.in("mesh", &ApplyTextureToMesh::mesh);
        s.in("base_color", &ApplyTextureToMesh::base_color);
        s.in("metallic", &ApplyTextureToMesh::metallic);
        s.in("roughness", &ApplyTextureToMesh::roughness);
        s.in("occlusion", &ApplyTextureToMesh::occlusion);
        s.in("normal_map", &ApplyTextureToMesh::normal_map);
        s.out("mesh");
    }

    inference::Meshes execute() const {
        inference::Meshes result;
        for (std::size_t i = 0; i < mesh.size(); ++i) {
            if (!mesh[i].uvs.defined())
                throw UserError("ApplyTextureToMesh needs a mesh whose vertices have places in a texture: unwrap it "
                                "first, or take the mesh that the texture was made for");
            result.push_back(inference::with_maps(mesh[i], {.color = picture_for(base_color, i),
                                                            .metal = picture_for(metallic, i),
                                                            .roughness = picture_for(roughness, i),
                                                            .occlusion = picture_for(occlusion, i),
                                                            .normals = picture_for(normal_map, i)}));
        }
        return result;
    }
};

}  // namespace

void register_apply_texture_to_mesh(Registry& registry) { registry.add<ApplyTextureToMesh>("ApplyTextureToMesh"); }

}  // namespace easel::nodes
