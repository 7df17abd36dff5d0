#include "base/log.hpp"
#include "inference/image/resize.hpp"
#include "inference/vision/optical_flow/warped_noise.hpp"
#include "nodes/types.hpp"
#include "nodes/video/void/optical_flow_socket.hpp"
#include "nodes/video/void/void_length.hpp"

#include <ATen/ops/linspace.h>

namespace easel::nodes {
namespace {

constexpr std::int64_t latent_channels = 16;
// The noise has no seed of its own in the workflow, and is the same each time.
constexpr std::uint64_t warped_seed = 0;

struct VOIDWarpedNoise {
    std::shared_ptr<const inference::Raft> optical_flow;
    Image video;
    std::int64_t width = 672;
    std::int64_t height = 384;
    std::int64_t length = 45;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_void";
        s.category = "model/latent/void";
        s.in("optical_flow", &VOIDWarpedNoise::optical_flow)
            .tooltip("Optical flow model from OpticalFlowLoader (RAFT-large).");
        s.in("video", &VOIDWarpedNoise::video).tooltip("Pass 1 output video frames [T, H, W, 3]");
        s.in("width", &VOIDWarpedNoise::width).range(16, 16384).step(8);
        s.in("height", &VOIDWarpedNoise::height).range(16, 16384).step(8);
        s.in("length", &VOIDWarpedNoise::length)
            .range(1, 16384)
            .step(1)
            .tooltip("Number of pixel frames. Rounded down to make latent_t even (patch_size_t=2 requirement), e.g. 49 "
                     "→ 45.");
        s.in("batch_size", &VOIDWarpedNoise::batch_size).range(1, 64);
        s.out("warped_noise");
    }

    Latent execute(Context& context) const {
        const std::int64_t frames = void_length(length), latent_frames = void_latent_frames(frames);
        if (frames != length) logger("nodes")->warn("VOID reads {} frames as {}", length, frames);
        const Tensor seen = inference::resize_image(video.pixels.slice(0, 0, frames), width, height, "bilinear",
                                                    inference::Crop::center);
        Tensor noise = inference::warped_noise(
            *optical_flow, seen, latent_channels, warped_seed, [&](std::int64_t done, std::int64_t total) {
                context.progress(static_cast<double>(done), static_cast<double>(total));
            });
        const Tensor chosen = at::linspace(0, noise.size(0) - 1, latent_frames, at::kFloat).to(at::kLong);
        if (noise.size(0) != latent_frames) noise = noise.index_select(0, chosen);
        if (noise.size(2) != height / 8 || noise.size(3) != width / 8)
            noise = inference::resize(noise, width / 8, height / 8, "bilinear");
        return {.samples = noise.movedim(0, 1).unsqueeze(0).repeat({batch_size, 1, 1, 1, 1})};
    }
};

}  // namespace

void register_void_warped_noise(Registry& registry) { registry.add<VOIDWarpedNoise>("VOIDWarpedNoise"); }

}  // namespace easel::nodes
