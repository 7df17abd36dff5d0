#include "nodes/choices.hpp"
#include "nodes/numpy_random.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace easel::nodes {
namespace {

struct VideoFrameSample {
    Video video;
    std::int64_t num_frames = 16;
    std::string strategy = "uniform";
    std::uint64_t seed = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "video";
        s.display_name = "Sample Video Frame";
        s.description = "Sample a fixed number of frames from a video using various strategies.";
        s.experimental = true;
        s.search_aliases = {"sample frames", "extract frames"};
        s.in("video", &VideoFrameSample::video).tooltip("Input video.");
        s.in("num_frames", &VideoFrameSample::num_frames).range(1, 9999).tooltip("Number of frames to sample.");
        s.in("strategy", &VideoFrameSample::strategy)
            .choices(one_of({"uniform", "head", "tail", "random"}))
            .default_value("uniform")
            .tooltip("uniform: evenly spaced, head: first N, tail: last N, random: random sorted.");
        s.in("seed", &VideoFrameSample::seed)
            .range(0, 18446744073709551615ull)
            .tooltip("Random seed (only used with 'random' strategy).");
        s.out("video").tooltip = "Sampled video.";
    }

    Video execute() const {
        const std::int64_t frames = facts_of(video).frames;
        const std::int64_t count = std::min(num_frames, frames);
        if (strategy == "head") return frames_of_video(video, 0, count);
        if (strategy == "tail") return frames_of_video(video, frames - count, count);
        if (strategy == "random") {
            std::vector<std::int64_t> drawn = NumpyRandom(seed).permutation(frames);
            drawn.resize(static_cast<std::size_t>(count));
            std::ranges::sort(drawn);
            return picked_frames(video, drawn);
        }
        std::vector<std::int64_t> even = {frames / 2};
        if (count != 1) even.clear();
        for (std::int64_t i = 0; count > 1 && i < count; ++i)
            even.push_back(static_cast<std::int64_t>(std::nearbyint(double(i * (frames - 1)) / double(count - 1))));
        return picked_frames(video, even);
    }
};

}  // namespace

void register_video_frame_sample(Registry& registry) { registry.add<VideoFrameSample>("VideoFrameSample"); }

}  // namespace easel::nodes
