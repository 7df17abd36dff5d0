#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/tracks/tracks_socket.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanMoveTrackToVideo {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    double strength = 1.0;
    std::int64_t width = 832;
    std::int64_t height = 480;
    std::int64_t length = 81;
    std::int64_t batch_size = 1;
    Image start_image;
    std::optional<inference::wan::PointTracks> tracks;
    std::optional<inference::ClipVisionOutput> clip_vision_output;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wanmove";
        s.category = "model/conditioning/wan/move";
        s.in("positive", &WanMoveTrackToVideo::positive);
        s.in("negative", &WanMoveTrackToVideo::negative);
        s.in("vae", &WanMoveTrackToVideo::vae);
        s.in("strength", &WanMoveTrackToVideo::strength)
            .range(0.0, 100.0)
            .step(0.01)
            .tooltip("Strength of the track conditioning.");
        s.in("width", &WanMoveTrackToVideo::width).range(16, 16384).step(16);
        s.in("height", &WanMoveTrackToVideo::height).range(16, 16384).step(16);
        s.in("length", &WanMoveTrackToVideo::length).range(1, 16384).step(4);
        s.in("batch_size", &WanMoveTrackToVideo::batch_size).range(1, 4096);
        s.in("start_image", &WanMoveTrackToVideo::start_image);
        s.in("tracks", &WanMoveTrackToVideo::tracks);
        s.in("clip_vision_output", &WanMoveTrackToVideo::clip_vision_output);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const inference::wan::VideoSize size = video_size(*this);
        inference::wan::GivenFrames frames = inference::wan::given_first(vae, start_image.pixels, size);
        if (tracks && strength > 0.0)
            frames.latent = inference::wan::moved_features(
                frames.latent,
                {.path = tracks->path.slice(0, 0, length), .visibility = tracks->visibility.slice(0, 0, length)}, width,
                height, strength);
        const auto features = features_of(clip_vision_output);
        return {with_given_frames(positive, frames, features),
                with_given_frames(negative, frames, features),
                {.samples = inference::wan::empty_video(batch_size, 16, 8, size)}};
    }
};

}  // namespace

void register_wan_move_track_to_video(Registry& registry) { registry.add<WanMoveTrackToVideo>("WanMoveTrackToVideo"); }

}  // namespace easel::nodes
