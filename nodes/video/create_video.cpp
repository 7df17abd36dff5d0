#include "nodes/audio/audio.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

namespace easel::nodes {
namespace {

struct CreateVideo {
    Image images;
    double fps = 30.0;
    std::optional<Audio> audio;
    std::int64_t bit_depth = 8;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_video";
        s.category = "video";
        s.display_name = "Create Video";
        s.description = "Create a video from images.";
        s.essentials_category = "Video Tools";
        s.search_aliases = {"images to video"};
        s.in("images", &CreateVideo::images).tooltip("The images to create a video from.");
        s.in("fps", &CreateVideo::fps).range(1.0, 120.0).step(1.0);
        s.in("audio", &CreateVideo::audio).tooltip("The audio to add to the video.");
        s.in("bit_depth", &CreateVideo::bit_depth)
            .range(8, 10)
            .step(2)
            .option("display", "number")
            .tooltip("Bit depth of the created video. 10-bit keeps smoother gradients with less banding, but some "
                     "players and downstream nodes may not support it.")
            .optional();
    }

    Video execute() const {
        return {.frames = images.pixels, .sound = audio, .rate = frame_rate(fps), .bit_depth = bit_depth};
    }
};

}  // namespace

void register_create_video(Registry& registry) { registry.add<CreateVideo>("CreateVideo"); }

}  // namespace easel::nodes
