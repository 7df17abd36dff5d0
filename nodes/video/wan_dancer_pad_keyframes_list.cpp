#include "nodes/audio/audio.hpp"
#include "nodes/types.hpp"
#include "nodes/video/dance_segments.hpp"

#include <utility>

namespace easel::nodes {
namespace {

struct WanDancerPadKeyframesList {
    Image images;
    std::int64_t segment_length = 149;
    std::int64_t num_segments = 1;
    Audio audio;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wandancer";
        s.category = "image/video";
        s.in("images", &WanDancerPadKeyframesList::images);
        s.in("segment_length", &WanDancerPadKeyframesList::segment_length)
            .range(1, 10000)
            .tooltip("Length of each segment (usually 149 frames)");
        s.in("num_segments", &WanDancerPadKeyframesList::num_segments)
            .range(1, 100)
            .tooltip("How many padded segments to emit as lists.");
        s.in("audio", &WanDancerPadKeyframesList::audio).tooltip("Audio to slice for each emitted segment.");
        s.out("keyframes_sequence").tooltip = "Padded keyframe sequences";
        s.out("keyframes_mask").tooltip = "Masks indicating valid frames";
        s.out("audio_segment").tooltip = "Audio segment for each video segment";
    }

    std::tuple<List<Image>, List<Mask>, List<Audio>> execute() const {
        List<Image> keyframes;
        List<Mask> masks;
        List<Audio> sounds;
        for (std::int64_t i = 0; i < num_segments; ++i) {
            DanceSegment segment = dance_segment(images.pixels, segment_length, i, audio);
            keyframes.push_back(std::move(segment.keyframes));
            masks.push_back(std::move(segment.mask));
            sounds.push_back(std::move(segment.audio));
        }
        return {std::move(keyframes), std::move(masks), std::move(sounds)};
    }
};

}  // namespace

void register_wan_dancer_pad_keyframes_list(Registry& registry) {
    registry.add<WanDancerPadKeyframesList>("WanDancerPadKeyframesList");
}

}  // namespace easel::nodes
