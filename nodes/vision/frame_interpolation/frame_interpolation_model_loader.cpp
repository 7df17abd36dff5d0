#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/frame_interpolation/interpolator_socket.hpp"

#include <memory>

namespace easel::nodes {
namespace {

struct FrameInterpolationModelLoader {
    std::string model_name;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_frame_interpolation";
        s.category = "model/loaders";
        s.display_name = "Load Frame Interpolation Model";
        s.in("model_name", &FrameInterpolationModelLoader::model_name)
            .choices(files_in("frame_interpolation"))
            .tooltip("Select a frame interpolation model to load. Models must be placed in the 'frame_interpolation' "
                     "folder.");
        s.out("INTERP_MODEL");
    }

    std::shared_ptr<const inference::FrameInterpolator> execute(Context& context) const {
        return inference::make_frame_interpolator(context.use<inference::Engine>().load_network(
            context.use<Folders>().require("frame_interpolation", model_name), "frame interpolation model",
            inference::frame_interpolation_tensors));
    }
};

}  // namespace

void register_frame_interpolation_model_loader(Registry& registry) {
    registry.add<FrameInterpolationModelLoader>("FrameInterpolationModelLoader");
}

}  // namespace easel::nodes
