#include "nodes/numpy_random.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct VideoRandomTemporalCrop {
    Video video;
    std::int64_t length = 16;
    std::uint64_t seed = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "video/transform";
        s.display_name = "Crop Video (Temporal Random)";
        s.description = "Randomly crop a continuous range of frames from a video.";
        s.experimental = true;
        s.search_aliases = {"crop", "crop video", "temporal crop", "truncate video", "random crop"};
        s.in("video", &VideoRandomTemporalCrop::video).tooltip("Input video.");
        s.in("length", &VideoRandomTemporalCrop::length).range(1, 99999).tooltip("Number of frames to keep.");
        s.in("seed", &VideoRandomTemporalCrop::seed).range(0, 18446744073709551615ull).tooltip("Random seed.");
        s.out("video").tooltip = "Cropped video (lazy).";
    }

    Video execute() const {
        const std::int64_t frames = facts_of(video).frames;
        const std::int64_t taken = std::min(length, frames);
        const std::int64_t start = NumpyRandom(seed).below(frames - taken + 1);
        return frames_of_video(video, start, taken);
    }
};

}  // namespace

void register_video_random_temporal_crop(Registry& registry) {
    registry.add<VideoRandomTemporalCrop>("VideoRandomTemporalCrop");
}

}  // namespace easel::nodes
