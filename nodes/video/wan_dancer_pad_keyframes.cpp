#include "nodes/audio/audio.hpp"
#include "nodes/types.hpp"
#include "nodes/video/dance_segments.hpp"

#include <utility>

namespace easel::nodes {
namespace {

struct WanDancerPadKeyframes {
    Image images;
    std::int64_t segment_length = 149;
    std::int64_t segment_index = 0;
    Audio audio;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wandancer";
        s.category = "image/video";
        s.in("images", &WanDancerPadKeyframes::images);
        s.in("segment_length", &WanDancerPadKeyframes::segment_length)
            .range(1, 10000)
            .tooltip("Length of this segment (usually 149 frames)");
        s.in("segment_index", &WanDancerPadKeyframes::segment_index)
            .range(0, 100)
            .tooltip("Which segment this is (0 for first, 1 for second, etc.)");
        s.in("audio", &WanDancerPadKeyframes::audio)
            .tooltip("Audio to calculate total output frames from and extract segment audio.");
        s.out("keyframes_sequence").tooltip = "Padded keyframe sequence";
        s.out("keyframes_mask").tooltip = "Mask indicating valid frames";
        s.out("audio_segment").tooltip = "Audio segment for this video segment";
    }

    std::tuple<Image, Mask, Audio> execute() const {
        DanceSegment segment = dance_segment(images.pixels, segment_length, segment_index, audio);
        return {std::move(segment.keyframes), std::move(segment.mask), std::move(segment.audio)};
    }
};

}  // namespace

void register_wan_dancer_pad_keyframes(Registry& registry) {
    registry.add<WanDancerPadKeyframes>("WanDancerPadKeyframes");
}

}  // namespace easel::nodes
