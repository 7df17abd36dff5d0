#include "base/error.hpp"
#include "base/python_repr.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

namespace easel::nodes {
namespace {

struct VideoSlice {
    Video video;
    double start_time = 0.0;
    double duration = 0.0;
    bool strict_duration = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_video";
        s.category = "video";
        s.display_name = "Trim Video";
        s.essentials_category = "Video Tools";
        s.search_aliases = {"trim video duration", "skip first frames", "frame load cap", "start time"};
        s.in("video", &VideoSlice::video);
        s.in("start_time", &VideoSlice::start_time)
            .range(-100000.0, 100000.0)
            .step(0.001)
            .tooltip("Start time in seconds");
        s.in("duration", &VideoSlice::duration)
            .least(0.0)
            .step(0.001)
            .tooltip("Duration in seconds, or 0 for unlimited duration");
        s.in("strict_duration", &VideoSlice::strict_duration)
            .tooltip("If True, when the specified duration is not possible, an error will be raised.");
    }

    Video execute() const {
        if (auto part = trimmed_video(video, start_time, duration, strict_duration)) return *part;
        throw UserError("Failed to slice video:\nSource duration: " + python_float(facts_of(video).seconds) +
                        "\nStart time: " + python_float(start_time) + "\nTarget duration: " + python_float(duration));
    }
};

}  // namespace

void register_video_slice(Registry& registry) { registry.add<VideoSlice>("Video Slice"); }

}  // namespace easel::nodes
