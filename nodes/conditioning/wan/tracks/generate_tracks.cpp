#include "nodes/choices.hpp"
#include "nodes/conditioning/wan/tracks/tracks_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct GenerateTracks {
    std::int64_t width = 832;
    std::int64_t height = 480;
    double start_x = 0.0;
    double start_y = 0.0;
    double end_x = 1.0;
    double end_y = 1.0;
    std::int64_t num_frames = 81;
    std::int64_t num_tracks = 5;
    double track_spread = 0.025;
    bool bezier = false;
    double mid_x = 0.5;
    double mid_y = 0.5;
    std::string interpolation;
    std::optional<Mask> track_mask;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wanmove";
        s.category = "model/conditioning/wan/move";
        s.display_name = "Generate Video Tracks";
        s.search_aliases = {"motion paths", "camera movement", "trajectory"};
        s.in("width", &GenerateTracks::width).range(16, 4096).step(16);
        s.in("height", &GenerateTracks::height).range(16, 4096).step(16);
        s.in("start_x", &GenerateTracks::start_x)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Normalized X coordinate (0-1) for start position.");
        s.in("start_y", &GenerateTracks::start_y)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Normalized Y coordinate (0-1) for start position.");
        s.in("end_x", &GenerateTracks::end_x)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Normalized X coordinate (0-1) for end position.");
        s.in("end_y", &GenerateTracks::end_y)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Normalized Y coordinate (0-1) for end position.");
        s.in("num_frames", &GenerateTracks::num_frames).range(1, 1024);
        s.in("num_tracks", &GenerateTracks::num_tracks).range(1, 100);
        s.in("track_spread", &GenerateTracks::track_spread)
            .range(0.0, 1.0)
            .step(0.001)
            .tooltip("Normalized distance between tracks. Tracks are spread perpendicular to the motion direction.");
        s.in("bezier", &GenerateTracks::bezier)
            .tooltip("Enable Bezier curve path using the mid point as control point.");
        s.in("mid_x", &GenerateTracks::mid_x)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Normalized X control point for Bezier curve. Only used when 'bezier' is enabled.");
        s.in("mid_y", &GenerateTracks::mid_y)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Normalized Y control point for Bezier curve. Only used when 'bezier' is enabled.");
        s.in("interpolation", &GenerateTracks::interpolation)
            .choices(one_of({"linear", "ease_in", "ease_out", "ease_in_out", "constant"}))
            .tooltip("Controls the timing/speed of movement along the path.");
        s.in("track_mask", &GenerateTracks::track_mask).tooltip("Optional mask to indicate visible frames.");
        s.out("TRACKS");
        s.out("track_length");
    }

    std::tuple<inference::wan::PointTracks, std::int64_t> execute() const {
        const Tensor path = inference::wan::generated_path(
            {.start_x = start_x,
             .start_y = start_y,
             .middle_x = mid_x,
             .middle_y = mid_y,
             .end_x = end_x,
             .end_y = end_y,
             .is_curved = bezier,
             .speed = interpolation},
            {.width = width, .height = height, .frames = num_frames, .points = num_tracks, .spread = track_spread});
        const Tensor visibility = track_mask ? inference::wan::visible_frames(track_mask->values)
                                             : at::ones({num_frames, num_tracks}, at::kBool);
        return {{.path = path, .visibility = visibility}, num_frames};
    }
};

}  // namespace

void register_generate_tracks(Registry& registry) { registry.add<GenerateTracks>("GenerateTracks"); }

}  // namespace easel::nodes
