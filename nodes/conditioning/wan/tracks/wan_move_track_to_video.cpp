#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/tracks/tracks_socket.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanMoveTrackToVideo : VideoRequest {
    double strength = 1.0;
    Image start_image;
    std::optional<inference::wan::PointTracks> tracks;
    std::optional<inference::ClipVisionOutput> clip_vision_output;

    static void declare(Schema& s) {
        declare_record(s, "model/conditioning/wan/move");
        s.python_module = "comfy_extras.nodes_wanmove";
        declare_prompts(s);
        s.in("strength", &WanMoveTrackToVideo::strength)
            .range(0.0, 100.0)
            .step(0.01)
            .tooltip("Strength of the track conditioning.");
        declare_size(s);
        declare_batch(s);
        s.in("start_image", &WanMoveTrackToVideo::start_image);
        s.in("tracks", &WanMoveTrackToVideo::tracks);
        s.in("clip_vision_output", &WanMoveTrackToVideo::clip_vision_output);
        declare_outputs(s);
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
