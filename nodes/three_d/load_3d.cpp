#include "nodes/image/loaded_image.hpp"
#include "nodes/stored_files.hpp"
#include "nodes/three_d/model_file.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

namespace easel::nodes {
namespace {

struct Load3D {
    std::string model_file;
    Json image;
    std::int64_t width = 1024;
    std::int64_t height = 1024;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_load_3d";
        s.category = "3d";
        s.display_name = "Load 3D & Animation";
        s.experimental = true;
        s.essentials_category = "Basics";
        s.checked_inputs = {"model_file"};
        s.in("model_file", &Load3D::model_file).choices(input_models()).option("file_upload", true);
        s.in("image", &Load3D::image).type("LOAD_3D");
        s.in("width", &Load3D::width).range(1, 4096).step(1);
        s.in("height", &Load3D::height).range(1, 4096).step(1);
        s.out("image");
        s.out("mask");
        s.out("mesh_path");
        s.out("normal");
        s.out("camera_info").type = "LOAD3D_CAMERA";
        s.out("recording_video");
        s.out("model_3d");
        s.out("model_3d_info").type = "LOAD3D_MODEL_INFO";
    }

    std::tuple<Image, Mask, std::string, Image, Json, std::optional<Video>, std::optional<ModelFile>, Json>
    execute(Context& context) const {
        const auto& folders = context.use<Folders>();
        const auto member = [&](const char* name) { return image.value(name, std::string()); };
        std::optional<Video> recording;
        if (!member("recording").empty())
            recording = Video{.file = require_annotated_file(folders, member("recording"))};
        const auto model = chosen_model(context, model_file);
        const ViewportState viewport{image, std::nullopt, std::nullopt};
        return {load_image(folders, member("image")).image,
                load_image(folders, member("mask")).mask,
                model ? model_file : std::string(),
                load_image(folders, member("normal")).image,
                viewport.camera(),
                recording,
                model,
                viewport.model_info()};
    }

    static std::optional<std::string> validate(const ConstantInputs& inputs) { return refuse_missing_model(inputs); }
};

}  // namespace

void register_load_3d(Registry& registry) { registry.add<Load3D>("Load3D"); }

}  // namespace easel::nodes
