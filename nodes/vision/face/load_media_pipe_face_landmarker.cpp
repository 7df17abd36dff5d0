#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/face/face_sockets.hpp"

namespace easel::nodes {
namespace {

struct LoadMediaPipeFaceLandmarker {
    std::string model_name;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mediapipe";
        s.category = "model/loaders";
        s.display_name = "Load Face Detection Model (MediaPipe)";
        s.search_aliases = {"face", "facial", "mediapipe", "face landmark", "face mesh", "blazeface", "face detection"};
        s.in("model_name", &LoadMediaPipeFaceLandmarker::model_name)
            .choices(files_in("detection"))
            .tooltip("Face detection model from models/detection/.");
        s.out("FACE_DETECTION_MODEL");
    }

    std::shared_ptr<const inference::FaceLandmarker> execute(Context& context) const {
        return std::make_shared<const inference::FaceLandmarker>(context.use<inference::Engine>().load_network(
            context.use<Folders>().require("detection", model_name),
            "face detection model (MediaPipe's face landmarker)", inference::FaceLandmarker::tensors));
    }
};

}  // namespace

void register_load_media_pipe_face_landmarker(Registry& registry) {
    registry.add<LoadMediaPipeFaceLandmarker>("LoadMediaPipeFaceLandmarker");
}

}  // namespace easel::nodes
