#include "nodes/file_origin.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/three_d/model_file.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct Preview3D : FileOrigin {
    Value model_file;
    std::optional<Json> camera_info;
    std::optional<Image> bg_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_load_3d";
        s.category = "3d";
        s.display_name = "Preview 3D & Animation";
        s.description = "Preview a 3D model file without saving it to the ComfyUI output directory.";
        s.output_node = true;
        s.experimental = true;
        s.search_aliases = {"view mesh", "3d viewer"};
        s.in("model_file", &Preview3D::model_file)
            .type("STRING,FILE_3D_GLB,FILE_3D_GLTF,FILE_3D_FBX,FILE_3D_OBJ,FILE_3D_STL,FILE_3D_USDZ,FILE_3D")
            .default_value("")
            .option("widgetType", "STRING")
            .option("multiline", false)
            .tooltip("3D model file or path string");
        s.in("camera_info", &Preview3D::camera_info).type("LOAD3D_CAMERA").advanced();
        s.in("bg_image", &Preview3D::bg_image).advanced();
        declare_origin(s);
    }

    Returns<> execute(Context& context) const {
        const auto* model = model_file.get_if<ModelFile>();
        const std::string file = model ? copy_for_preview(context, *model, "preview3d", "output")
                                       : graph::unbox_string(model_file, "model_file");
        Json background;
        if (bg_image) {
            const Tensor first = bg_image->pixels.slice(0, 0, 1);
            const Json saved = save_images(context, first, {.prefix = "bg", .folder = "temp", .compression = 1});
            background = "temp/" + saved[0]["filename"].get<std::string>();
        }
        return {Ui{{{"result", Json::array({file, camera_info.value_or(Json()), background})}}}};
    }
};

}  // namespace

void register_preview_3d(Registry& registry) { registry.add<Preview3D>("Preview3D"); }

}  // namespace easel::nodes
