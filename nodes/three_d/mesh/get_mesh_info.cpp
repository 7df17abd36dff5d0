#include "nodes/three_d/grouped_number.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/types.hpp"

#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace easel::nodes {
namespace {

std::string printed(const char* format, double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

// "1,234,567 (1.23M)"; small numbers stand alone.
std::string counted(std::int64_t number) {
    const auto value = static_cast<double>(number);
    if (number >= 1'000'000) return grouped(number) + printed(" (%.2fM)", value / 1e6);
    if (number >= 10'000) return grouped(number) + printed(" (%.1fK)", value / 1e3);
    return grouped(number);
}

// At least ten places wide.
std::string right_aligned(std::int64_t number) {
    const std::string text = grouped(number);
    return std::string(text.size() < 10 ? 10 - text.size() : 0, ' ') + text;
}

std::string attributes_of(const inference::Mesh& mesh) {
    std::string names;
    const auto add = [&](const Tensor& part, const std::string& name) {
        if (part.defined()) names += (names.empty() ? "" : ", ") + name;
    };
    add(mesh.uvs, "uvs");
    add(mesh.colors, "vertex_colors");
    add(mesh.normals, "normals");
    if (mesh.texture.defined())
        add(mesh.texture,
            "texture " + std::to_string(mesh.texture.size(0)) + "×" + std::to_string(mesh.texture.size(1)));
    return names.empty() ? "none" : names;
}

std::string facts_about(const inference::Meshes& meshes) {
    std::int64_t vertices = 0, faces = 0;
    std::string each;
    for (std::size_t i = 0; i < meshes.size(); ++i) {
        const std::int64_t own_vertices = meshes[i].vertices.size(0), own_faces = meshes[i].faces.size(0);
        vertices += own_vertices;
        faces += own_faces;
        each += "\n  [" + std::to_string(i) + "]  " + right_aligned(own_vertices) + " verts  ·  " +
                right_aligned(own_faces) + " faces";
    }
    const bool is_batch = meshes.size() > 1;
    const std::string total = is_batch ? " total" : "";
    return (is_batch ? "Batch:      " + std::to_string(meshes.size()) + " meshes\n" : "") +
           "Vertices:   " + counted(vertices) + total + "\nFaces:      " + counted(faces) + total +
           (is_batch ? each : "") + "\nAttributes: " + attributes_of(meshes.front());
}

struct GetMeshInfo {
    inference::Meshes mesh;
    std::string unique_id;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_save_3d";
        s.category = "3d/mesh";
        s.display_name = "Get Mesh Info";
        s.in("mesh", &GetMeshInfo::mesh);
        s.hidden_in("unique_id", "UNIQUE_ID", &GetMeshInfo::unique_id);
        s.out("mesh");
        s.out("info");
    }

    Returns<inference::Meshes, std::string> execute(Context& context) const {
        const std::string facts = facts_about(mesh);
        context.text(facts);
        return {Ui{{{"text", {facts}}}}, mesh, facts};
    }
};

}  // namespace

void register_get_mesh_info(Registry& registry) { registry.add<GetMeshInfo>("GetMeshInfo"); }

}  // namespace easel::nodes
