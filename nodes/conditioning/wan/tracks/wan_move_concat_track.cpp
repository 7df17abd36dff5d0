#include "base/error.hpp"
#include "nodes/conditioning/wan/tracks/tracks_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanMoveConcatTrack {
    inference::wan::PointTracks tracks_1;
    std::optional<inference::wan::PointTracks> tracks_2;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wanmove";
        s.category = "model/conditioning/wan/move";
        s.in("tracks_1", &WanMoveConcatTrack::tracks_1);
        s.in("tracks_2", &WanMoveConcatTrack::tracks_2);
    }

    inference::wan::PointTracks execute() const {
        if (!tracks_2) return tracks_1;
        if (tracks_1.path.size(0) != tracks_2->path.size(0))
            throw UserError("the tracks have different lengths: " + std::to_string(tracks_1.path.size(0)) + " and " +
                            std::to_string(tracks_2->path.size(0)) + " frames");
        const auto of_points = [](const inference::wan::PointTracks& tracks) {
            return tracks.visibility.expand({-1, tracks.path.size(1)});
        };
        return {.path = at::cat({tracks_1.path, tracks_2->path}, 1),
                .visibility = at::cat({of_points(tracks_1), of_points(*tracks_2)}, 1)};
    }
};

}  // namespace

void register_wan_move_concat_track(Registry& registry) { registry.add<WanMoveConcatTrack>("WanMoveConcatTrack"); }

}  // namespace easel::nodes
