#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/face/face_sockets.hpp"

namespace easel::nodes {
namespace {

using inference::FaceRange;
using inference::MissingFaces;

// As DrawBBoxes reads them, a list for each frame.
Json boxes_of(const inference::FaceLandmarks& faces) {
    Json frames = Json::array();
    for (const auto& frame : faces.frames) {
        Json& boxes = frames.emplace_back(Json::array());
        for (const inference::Face& face : frame) {
            const double left = face.box[0], top = face.box[1], right = face.box[2], bottom = face.box[3];
            boxes.push_back({{"x", left},
                             {"y", top},
                             {"width", right - left},
                             {"height", bottom - top},
                             {"label", "face"},
                             {"score", face.score}});
        }
    }
    return frames;
}

struct MediaPipeFaceLandmarker {
    std::shared_ptr<const inference::FaceLandmarker> face_detection_model;
    Image image;
    std::string detector_variant = "short";
    std::int64_t num_faces = 1;
    double min_confidence = 0.5;
    std::string missing_frame_fallback = "empty";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mediapipe";
        s.category = "image/detection";
        s.display_name = "Detect Face Landmarks (MediaPipe)";
        s.description = "Detects facial landmarks using MediaPipe model.";
        s.search_aliases = {"face", "facial", "mediapipe", "face landmark", "face mesh", "blazeface", "face detection"};
        s.in("face_detection_model", &MediaPipeFaceLandmarker::face_detection_model);
        s.in("image", &MediaPipeFaceLandmarker::image);
        s.in("detector_variant", &MediaPipeFaceLandmarker::detector_variant)
            .choices(one_of({"short", "full", "both"}))
            .default_value("short")
            .tooltip("Face detector range. 'short' is tuned for close-up faces (within ~2 m of the camera); 'full' "
                     "covers farther / smaller faces (up to ~5 m) but is slower. 'both' runs both detectors and keeps "
                     "whichever found more faces per frame (~2× detection cost).");
        s.in("num_faces", &MediaPipeFaceLandmarker::num_faces)
            .range(0, 16)
            .step(1)
            .tooltip("Maximum faces to return per frame. 0 = no cap (return all detected).");
        s.in("min_confidence", &MediaPipeFaceLandmarker::min_confidence)
            .range(0.0, 1.0)
            .step(0.01)
            .advanced()
            .tooltip("BlazeFace score threshold. Lower to catch small/occluded faces.");
        s.in("missing_frame_fallback", &MediaPipeFaceLandmarker::missing_frame_fallback)
            .choices(one_of({"empty", "previous", "interpolate"}))
            .default_value("empty")
            .advanced()
            .tooltip(
                "Per-frame behaviour when detection fails in a batch. 'empty' leaves the frame faceless. 'previous' "
                "copies the most recent successful detection. 'interpolate' lerps landmarks/bbox/blendshapes between "
                "bracketing successful frames. Multi-face: pairs faces across frames by greedy bbox-centre NN.");
        s.out("face_landmarks");
        s.out("bboxes").type = "BOUNDING_BOX";
    }

    std::tuple<inference::FaceLandmarks, Json> execute(Context& context) const {
        const inference::FaceSearch search{.range = detector_variant == "short"  ? FaceRange::near
                                                    : detector_variant == "full" ? FaceRange::far
                                                                                 : FaceRange::both,
                                           .most_faces = num_faces,
                                           .least_score = min_confidence,
                                           .missing = missing_frame_fallback == "empty" ? MissingFaces::stay_missing
                                                      : missing_frame_fallback == "previous"
                                                          ? MissingFaces::previous
                                                          : MissingFaces::interpolated};
        auto faces = (*face_detection_model)(image.pixels, search, [&](std::int64_t done, std::int64_t total) {
            context.progress(static_cast<double>(done), static_cast<double>(total));
        });
        Json boxes = boxes_of(faces);
        return {std::move(faces), std::move(boxes)};
    }
};

}  // namespace

void register_media_pipe_face_landmarker(Registry& registry) {
    registry.add<MediaPipeFaceLandmarker>("MediaPipeFaceLandmarker");
}

}  // namespace easel::nodes
