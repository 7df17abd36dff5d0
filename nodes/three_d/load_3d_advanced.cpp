#include "nodes/three_d/model_file.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct Load3DAdvanced {
    std::string model_file;
    Json viewport_state;
    std::int64_t width = 1024;
    std::int64_t height = 1024;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_load_3d";
        s.category = "3d";
        s.display_name = "Load 3D (Advanced)";
        s.experimental = true;
        s.search_aliases = {"load mesh", "load gltf", "load glb", "load obj", "load fbx", "load stl"};
        s.checked_inputs = {"model_file"};
        s.in("model_file", &Load3DAdvanced::model_file).choices(input_models()).option("file_upload", true);
        s.in("viewport_state", &Load3DAdvanced::viewport_state).type("LOAD_3D");
        s.in("width", &Load3DAdvanced::width).range(1, 4096).step(1);
        s.in("height", &Load3DAdvanced::height).range(1, 4096).step(1);
        s.out("model_3d");
        s.out("model_3d_info").type = "LOAD3D_MODEL_INFO";
        s.out("camera_info").type = "LOAD3D_CAMERA";
        s.out("width");
        s.out("height");
    }

    std::tuple<std::optional<ModelFile>, Json, Json, std::int64_t, std::int64_t> execute(Context& context) const {
        const ViewportState viewport{viewport_state, std::nullopt, std::nullopt};
        return {chosen_model(context, model_file), viewport.model_info(), viewport.camera(), width, height};
    }

    static std::optional<std::string> validate(const ConstantInputs& inputs) { return refuse_missing_model(inputs); }
};

}  // namespace

void register_load_3d_advanced(Registry& registry) { registry.add<Load3DAdvanced>("Load3DAdvanced"); }

}  // namespace easel::nodes
