#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

namespace easel::nodes {
namespace {

struct VideoTemporalCrop {
    Video video;
    std::int64_t start_frame = 0;
    std::int64_t length = 16;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "video/transform";
        s.display_name = "Crop Video (Temporal)";
        s.description = "Crop a continuous range of frames from a video.";
        s.experimental = true;
        s.search_aliases = {"crop", "crop video", "temporal crop", "truncate video"};
        s.in("video", &VideoTemporalCrop::video).tooltip("Input video.");
        s.in("start_frame", &VideoTemporalCrop::start_frame).range(0, 99999).tooltip("Starting frame index.");
        s.in("length", &VideoTemporalCrop::length).range(1, 99999).tooltip("Number of frames to keep.");
        s.out("video").tooltip = "Cropped video (lazy).";
    }

    Video execute() const { return frames_of_video(video, start_frame, length); }
};

}  // namespace

void register_video_temporal_crop(Registry& registry) { registry.add<VideoTemporalCrop>("VideoTemporalCrop"); }

}  // namespace easel::nodes
