#include "base/error.hpp"
#include "inference/vision/face/face_drawing.hpp"
#include "nodes/color_texts.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/face/face_parts.hpp"
#include "nodes/vision/face/face_sockets.hpp"

namespace easel::nodes {
namespace {

const std::vector<FacePartSwitch> mesh_parts{{"face_oval", true}, {"lips", true},         {"left_eye", true},
                                             {"right_eye", true}, {"left_eyebrow", true}, {"right_eyebrow", true},
                                             {"irises", true},    {"nose", true},         {"tesselation", false}};

// Green where the text is no colour, as in the reference.
std::array<std::uint8_t, 3> ink_of(const std::string& color) {
    try {
        const inference::Ink ink = parse_color_text(color);
        return {ink[0], ink[1], ink[2]};
    } catch (const Error&) {
        return {0, 255, 0};
    }
}

struct MediaPipeFaceMeshVisualize {
    inference::FaceLandmarks face_landmarks;
    Chosen connections;
    std::string color = "#00ff00";
    std::int64_t thickness = 1;
    std::int64_t point_size = 2;
    std::optional<Image> image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mediapipe";
        s.category = "image/detection";
        s.display_name = "Visualize Face Landmarks (MediaPipe)";
        s.description = "Draws face landmarks mesh on the input image.";
        s.search_aliases = {"face",      "facial",    "mediapipe",      "face landmark",
                            "face mesh", "blazeface", "face detection", "visualize"};
        s.in("face_landmarks", &MediaPipeFaceMeshVisualize::face_landmarks);
        choice_in(
            s, "connections",
            "'all' = oval+eyes+brows+lips+irises+nose. 'fill' = solid face_oval polygon (silhouette mask). 'custom' = "
            "toggle each feature individually (including 'tesselation', the full 2547-edge wireframe).",
            {{"all", {}}, {"fill", {}}, {"custom", face_part_inputs(mesh_parts, "Draw the ", " connection set.")}},
            &MediaPipeFaceMeshVisualize::connections);
        s.in("color", &MediaPipeFaceMeshVisualize::color).type("COLOR").option("socketless", true);
        s.in("thickness", &MediaPipeFaceMeshVisualize::thickness)
            .range(0, 8)
            .step(1)
            .tooltip("Edge line thickness in pixels. 0 disables edge drawing.");
        s.in("point_size", &MediaPipeFaceMeshVisualize::point_size)
            .range(0, 16)
            .step(1)
            .tooltip("Landmark dot radius in pixels. 0 disables point drawing.");
        s.in("image", &MediaPipeFaceMeshVisualize::image).tooltip("If not connected, a black canvas will be used.");
    }

    Image execute() const {
        std::vector<std::string_view> parts = chosen_face_parts(mesh_parts, connections);
        const bool is_filled = connections.key == "fill";
        if (is_filled) parts = {"face_oval"};
        if (connections.key == "all")
            for (const auto& [part, is_on] : mesh_parts)
                if (is_on) parts.push_back(part);
        return {inference::drawn_faces(
            face_landmarks, image ? image->pixels : Tensor(), parts,
            {.ink = ink_of(color), .line_width = thickness, .point_size = point_size, .is_filled = is_filled})};
    }
};

}  // namespace

void register_media_pipe_face_mesh_visualize(Registry& registry) {
    registry.add<MediaPipeFaceMeshVisualize>("MediaPipeFaceMeshVisualize");
}

}  // namespace easel::nodes
