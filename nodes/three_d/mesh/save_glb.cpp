#include "base/folders.hpp"
#include "base/log.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/saving.hpp"
#include "nodes/three_d/mesh/glb.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/three_d/model_file.hpp"
#include "nodes/types.hpp"

#include <variant>

namespace easel::nodes {
namespace {

struct SaveGLB : FileOrigin {
    std::variant<inference::Meshes, ModelFile> mesh;
    std::string filename_prefix = "3d/ComfyUI";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_save_3d";
        s.category = "3d";
        s.display_name = "Save 3D Model";
        s.output_node = true;
        s.essentials_category = "Basics";
        s.search_aliases = {"export 3d model", "save mesh"};
        s.in("mesh", &SaveGLB::mesh)
            .type("MESH,FILE_3D_GLB,FILE_3D_GLTF,FILE_3D_OBJ,FILE_3D_FBX,FILE_3D_STL,FILE_3D_USDZ,FILE_3D_PLY,FILE_3D_"
                  "SPLAT,FILE_3D_SPZ,FILE_3D_KSPLAT,FILE_3D_SPLAT_ANY,FILE_3D_POINT_CLOUD_ANY,FILE_3D")
            .tooltip("Mesh or 3D file to save");
        s.in("filename_prefix", &SaveGLB::filename_prefix).option("multiline", false);
        declare_origin(s);
    }

    Returns<> execute(Context& context) const {
        SaveSlot slot(context.use<Folders>().directory("output"), filename_prefix);
        Json saved = Json::array();
        if (const auto* file = std::get_if<ModelFile>(&mesh)) {
            const std::string name = slot.next_name(0, "_." + (file->format().empty() ? "glb" : file->format()));
            std::filesystem::copy_file(file->path, slot.folder() / name);
            saved.push_back({{"filename", name}, {"subfolder", slot.subfolder()}, {"type", "output"}});
        } else {
            const auto notes = metadata_texts(context, prompt, extra_pnginfo);
            for (const inference::Mesh& item : std::get<inference::Meshes>(mesh)) {
                if (item.empty())
                    logger("nodes")->warn("SaveGLB leaves out a mesh without surfaces");
                else
                    saved.push_back(slot.save(glb_of(item, notes), 0, "_.glb", "output"));
            }
        }
        return {Ui{{{"3d", saved}}}};
    }
};

}  // namespace

void register_save_glb(Registry& registry) { registry.add<SaveGLB>("SaveGLB"); }

}  // namespace easel::nodes
