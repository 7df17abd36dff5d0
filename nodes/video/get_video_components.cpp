#include "nodes/audio/audio.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

namespace easel::nodes {
namespace {

struct GetVideoComponents {
    Video video;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_video";
        s.category = "video";
        s.display_name = "Get Video Components";
        s.description = "Extracts video frames, audio, frame rate, bit depth, and color space.";
        s.search_aliases = {"extract frames", "split video", "video to images", "demux"};
        s.in("video", &GetVideoComponents::video).tooltip("The video to extract components from.");
        s.out("images");
        s.out("audio");
        s.out("fps");
        s.out("bit_depth");
        s.out("color_space").type = "COMBO";
    }

    std::tuple<Image, std::optional<Audio>, double, std::int64_t, std::string> execute() const {
        const Video whole = decoded(video);
        const media::VideoFacts facts = facts_of(video);
        return {Image{whole.frames}, whole.sound, whole.rate.per_second(), facts.bit_depth, facts.color_space};
    }
};

}  // namespace

void register_get_video_components(Registry& registry) { registry.add<GetVideoComponents>("GetVideoComponents"); }

}  // namespace easel::nodes
