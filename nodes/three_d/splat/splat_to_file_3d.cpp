#include "base/log.hpp"
#include "nodes/choices.hpp"
#include "nodes/three_d/model_file.hpp"
#include "nodes/three_d/splat/formats/splat_file.hpp"
#include "nodes/three_d/splat/splat_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SplatToFile3D {
    inference::Splats splat;
    std::string format;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_gaussian_splat";
        s.category = "3d/splat";
        s.display_name = "Create 3D File (from Splat)";
        s.description = "Serialize a gaussian splat to a File3D object for Save / Preview 3D nodes. Supports one item "
                        "per batch only.";
        s.search_aliases = {"gaussian to ply", "splat to file", "export gaussian"};
        s.in("splat", &SplatToFile3D::splat);
        s.in("format", &SplatToFile3D::format)
            .choices(one_of({"ply", "ksplat", "spz"}))
            .tooltip(
                "ply: standard 3D Gaussian Splat with full spherical harmonics. ksplat: mkkellogg SplatBuffer (level "
                "0, uncompressed), base color only spz: Niantic gzip-compressed (~10x smaller), base color only ");
        s.out("model_3d").type = "FILE_3D_SPLAT_ANY";
    }

    ModelFile execute(Context& context) const {
        if (splat.size() > 1) logger("nodes")->warn("SplatToFile3D takes the first of {} splats", splat.size());
        return new_model(context, splat_file_of(splat.front(), format), format);
    }
};

}  // namespace

void register_splat_to_file_3d(Registry& registry) { registry.add<SplatToFile3D>("SplatToFile3D"); }

}  // namespace easel::nodes
