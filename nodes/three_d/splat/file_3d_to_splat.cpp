#include "base/mapped_file.hpp"
#include "nodes/three_d/model_file.hpp"
#include "nodes/three_d/splat/formats/splat_file.hpp"
#include "nodes/three_d/splat/splat_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct File3DToSplat {
    ModelFile model_3d;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_gaussian_splat";
        s.category = "3d/splat";
        s.display_name = "Get Splat";
        s.description = "Parse a splat File3D into a gaussian splat. Inverse of Create 3D File (from Splat). Supported "
                        "format:  PLY, SPLAT, KSPLAT, SPZ. PLY carries full spherical harmonics, the other formats are "
                        "base color only. Format is auto-detected from the file contents.";
        s.search_aliases = {"load splat", "ply to splat", "import splat", "file to splat"};
        s.in("model_3d", &File3DToSplat::model_3d)
            .type("FILE_3D,FILE_3D_SPLAT_ANY,FILE_3D_PLY,FILE_3D_SPLAT,FILE_3D_KSPLAT,FILE_3D_SPZ")
            .tooltip("A gaussian splat 3D file");
        s.out("splat");
    }

    inference::Splats execute() const {
        const MappedFile file(model_3d.path);
        const auto bytes = file.bytes();
        return {read_splat({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, model_3d.format())};
    }
};

}  // namespace

void register_file_3d_to_splat(Registry& registry) { registry.add<File3DToSplat>("File3DToSplat"); }

}  // namespace easel::nodes
