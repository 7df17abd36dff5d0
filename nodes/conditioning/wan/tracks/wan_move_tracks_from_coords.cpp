#include "base/error.hpp"
#include "nodes/conditioning/wan/tracks/tracks_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanMoveTracksFromCoords {
    std::string track_coords = "[]";
    std::optional<Mask> track_mask;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wanmove";
        s.category = "model/conditioning/wan/move";
        s.in("track_coords", &WanMoveTracksFromCoords::track_coords)
            .force_input()
            .option("multiline", false)
            .optional();
        s.in("track_mask", &WanMoveTracksFromCoords::track_mask);
        s.out("TRACKS");
        s.out("track_length");
    }

    std::tuple<inference::wan::PointTracks, std::int64_t> execute() const {
        const auto batch = inference::wan::read_tracks(track_coords);
        if (batch.size() != 1) throw UserError("track_coords holds no list of tracks");
        const std::vector<inference::wan::Path>& points = batch.front();
        const auto frames = std::ssize(points.front());
        const Tensor path = at::empty({frames, std::ssize(points), 2});
        for (std::size_t point = 0; point < points.size(); ++point) {
            if (std::ssize(points[point]) < frames)
                throw UserError("all tracks need as many points as the first, which has " + std::to_string(frames));
            for (std::int64_t frame = 0; frame < frames; ++frame) {
                const auto [x, y] = points[point][static_cast<std::size_t>(frame)];
                path[frame][static_cast<std::int64_t>(point)][0] = x;
                path[frame][static_cast<std::int64_t>(point)][1] = y;
            }
        }
        const Tensor visibility = track_mask ? inference::wan::visible_frames(track_mask->values)
                                             : at::ones({frames, path.size(1)}, at::kBool);
        return {{.path = path, .visibility = visibility}, frames};
    }
};

}  // namespace

void register_wan_move_tracks_from_coords(Registry& registry) {
    registry.add<WanMoveTracksFromCoords>("WanMoveTracksFromCoords");
}

}  // namespace easel::nodes
