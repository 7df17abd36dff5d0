#include "base/error.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// The maps of all meshes, [batch, h, w, 3], each `otherwise` where a mesh has none.
template <class Map>
Tensor maps_of(const inference::Meshes& meshes, const Map& map, const Tensor& otherwise) {
    std::vector<Tensor> maps;
    for (const inference::Mesh& mesh : meshes) {
        const Tensor own = map(mesh);
        maps.push_back(own.defined() ? own.to(at::kCPU, at::kFloat).clamp(0, 1)
                                     : otherwise.expand_as(mesh.texture).to(at::kFloat));
    }
    return at::stack(maps).contiguous();
}

struct MeshTextureToImage {
    inference::Meshes mesh;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mesh_postprocess";
        s.category = "3d/texturing";
        s.display_name = "Mesh Texture to Image";
        s.description =
            "Extracts a mesh's baked textures as individual IMAGEs: base_color, metallic, roughness, occlusion and "
            "normal_map. Channels with nothing baked come back neutral (occlusion white, normal flat).";
        s.in("mesh", &MeshTextureToImage::mesh);
        s.out("base_color");
        s.out("metallic");
        s.out("roughness");
        s.out("occlusion");
        s.out("normal_map");
    }

    std::tuple<Image, Image, Image, Image, Image> execute() const {
        for (const inference::Mesh& item : mesh)
            if (!item.texture.defined())
                throw UserError("MeshTextureToImage needs a mesh with a texture; this one has colours at its vertices "
                                "at most");
        const Tensor black = at::zeros({3}), white = at::ones({3}), flat = at::tensor({0.5f, 0.5f, 1.0f});
        const auto channel = [](std::int64_t index) {
            return [index](const inference::Mesh& item) {
                const bool is_there = item.surface_map.defined() && (index > 0 || item.has_occlusion);
                return is_there ? item.surface_map.narrow(2, index, 1).expand({-1, -1, 3}) : Tensor();
            };
        };
        const auto texture = [](const inference::Mesh& item) { return item.texture; };
        const auto normals = [](const inference::Mesh& item) { return item.normal_map; };
        return {Image{maps_of(mesh, texture, black)}, Image{maps_of(mesh, channel(2), black)},
                Image{maps_of(mesh, channel(1), black)}, Image{maps_of(mesh, channel(0), white)},
                Image{maps_of(mesh, normals, flat)}};
    }
};

}  // namespace

void register_mesh_texture_to_image(Registry& registry) { registry.add<MeshTextureToImage>("MeshTextureToImage"); }

}  // namespace easel::nodes
