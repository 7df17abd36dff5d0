#include "base/error.hpp"
#include "inference/image/track_picture.hpp"
#include "nodes/conditioning/wan/tracks/tracks_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanMoveVisualizeTracks {
    Image images;
    std::int64_t line_resolution = 24;
    std::int64_t circle_size = 12;
    double opacity = 0.75;
    std::int64_t line_width = 16;
    std::optional<inference::wan::PointTracks> tracks;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wanmove";
        s.category = "model/conditioning/wan/move";
        s.in("images", &WanMoveVisualizeTracks::images);
        s.in("line_resolution", &WanMoveVisualizeTracks::line_resolution).range(1, 1024);
        s.in("circle_size", &WanMoveVisualizeTracks::circle_size).range(1, 128).advanced();
        s.in("opacity", &WanMoveVisualizeTracks::opacity).range(0.0, 1.0).step(0.01);
        s.in("line_width", &WanMoveVisualizeTracks::line_width).range(1, 128).advanced();
        s.in("tracks", &WanMoveVisualizeTracks::tracks);
    }

    Image execute() const {
        if (!tracks) return images;
        const std::int64_t moments = tracks->path.size(0);
        Tensor frames = images.pixels;
        // A still picture stays below the points; several pictures repeat as often as they fit.
        if (frames.size(0) != moments) frames = frames.repeat({moments / frames.size(0), 1, 1, 1});
        if (frames.size(0) == 0)
            throw UserError("there are more images (" + std::to_string(images.pixels.size(0)) +
                            ") than moments of the tracks (" + std::to_string(moments) + ")");
        return {inference::with_tracks(
            frames.slice(3, 0, 3), tracks->path, tracks->visibility,
            {.moments = line_resolution, .radius = circle_size, .line_width = line_width, .opacity = opacity})};
    }
};

}  // namespace

void register_wan_move_visualize_tracks(Registry& registry) {
    registry.add<WanMoveVisualizeTracks>("WanMoveVisualizeTracks");
}

}  // namespace easel::nodes
