#include "inference/vision/face/face_drawing.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/face/face_parts.hpp"
#include "nodes/vision/face/face_sockets.hpp"

namespace easel::nodes {
namespace {

const std::vector<FacePartSwitch> mask_parts{
    {"face_oval", true}, {"lips", false}, {"left_eye", false}, {"right_eye", false}, {"irises", false}};

struct MediaPipeFaceMask {
    inference::FaceLandmarks face_landmarks;
    Chosen regions;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mediapipe";
        s.category = "image/detection";
        s.display_name = "Draw Face Mask (MediaPipe)";
        s.description = "Draws a mask from face landmarks.";
        s.search_aliases = {"face", "facial", "mediapipe", "face mask", "blazeface", "face detection", "visualize"};
        s.in("face_landmarks", &MediaPipeFaceMask::face_landmarks);
        choice_in(s, "regions",
                  "'all' = union of face_oval+lips+eyes+irises (which collapses to face_oval since it encloses the "
                  "rest). 'custom' = toggle each region individually for combos like lips+eyes.",
                  {{"all", {}}, {"custom", face_part_inputs(mask_parts, "Include the ", " region in the mask.")}},
                  &MediaPipeFaceMask::regions);
    }

    Mask execute() const {
        std::vector<std::string_view> parts = chosen_face_parts(mask_parts, regions);
        if (regions.key != "custom") {
            parts.clear();
            for (const auto& [part, is_on] : mask_parts)
                parts.push_back(part);
        }
        return {inference::face_masks(face_landmarks, parts)};
    }
};

}  // namespace

void register_media_pipe_face_mask(Registry& registry) { registry.add<MediaPipeFaceMask>("MediaPipeFaceMask"); }

}  // namespace easel::nodes
