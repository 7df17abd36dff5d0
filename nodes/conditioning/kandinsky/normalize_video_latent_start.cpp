#include "base/error.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

// Frames [batch, channels, frames, h, w] with mean and deviation of each moved towards those of all `others`, but no
// further than Kandinsky's authors found good. (adaptive_mean_std_normalization)
Tensor moved_towards(const Tensor& frames, const Tensor& others) {
    constexpr double most_darker = 0.3, most_brighter = 0.35, most_flatter = 0.35, most_livelier = 0.5, least = 1e-8;
    const Tensor mean = frames.mean({1, 3, 4}, /*keepdim=*/true);
    const Tensor deviation = at::std(frames, at::IntArrayRef{1, 3, 4}, /*unbiased=*/true, /*keepdim=*/true);
    const Tensor wanted_mean = others.mean().expand_as(mean).clamp(mean - most_darker, mean + most_brighter);
    const Tensor wanted_deviation = at::std(others, /*unbiased=*/true)
                                        .expand_as(deviation)
                                        .clamp(deviation - most_flatter, deviation + most_livelier);
    return (frames - mean) / (deviation + least) * wanted_deviation + wanted_mean;
}

struct NormalizeVideoLatentStart {
    Latent latent;
    std::int64_t start_frame_count = 4;
    std::int64_t reference_frame_count = 5;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_kandinsky5";
        s.category = "model/conditioning";
        s.description =
            "Normalizes the initial frames of a video latent to match the mean and standard deviation of subsequent "
            "reference frames. Helps reduce differences between the starting frames and the rest of the video.";
        s.in("latent", &NormalizeVideoLatentStart::latent);
        s.in("start_frame_count", &NormalizeVideoLatentStart::start_frame_count)
            .range(1, 16384)
            .step(1)
            .tooltip("Number of latent frames to normalize, counted from the start");
        s.in("reference_frame_count", &NormalizeVideoLatentStart::reference_frame_count)
            .range(1, 16384)
            .step(1)
            .tooltip("Number of latent frames after the start frames to use as reference");
        s.out("latent");
    }

    Latent execute() const {
        const Tensor& samples = latent.samples;
        if (samples.dim() != 5) throw UserError("the latent is that of a picture; this node takes a video's");
        if (samples.size(2) <= 1) return latent;
        const Tensor later = samples.slice(2, start_frame_count);
        if (later.size(2) == 0)
            throw UserError("the latent has no frames behind the first " + std::to_string(start_frame_count) +
                            " to go by: lower start_frame_count");
        Latent result = latent;
        result.samples = samples.clone();
        const Tensor first = samples.slice(2, 0, start_frame_count);
        result.samples.slice(2, 0, start_frame_count)
            .copy_(moved_towards(first, later.slice(2, 0, std::min(reference_frame_count, samples.size(2) - 1))));
        return result;
    }
};

}  // namespace

void register_normalize_video_latent_start(Registry& registry) {
    registry.add<NormalizeVideoLatentStart>("NormalizeVideoLatentStart");
}

}  // namespace easel::nodes
