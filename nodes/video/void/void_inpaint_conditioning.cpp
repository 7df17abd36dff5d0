#include "base/error.hpp"
#include "base/log.hpp"
#include "inference/image/resize.hpp"
#include "nodes/types.hpp"
#include "nodes/video/void/void_length.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

namespace easel::nodes {
namespace {

// As many frames as `frames`; the last one is repeated.
Tensor with_latent_frames(const Tensor& latent, std::int64_t frames) {
    const std::int64_t missing = frames - latent.size(2);
    if (missing <= 0) return latent.slice(2, 0, frames);
    return at::cat({latent, latent.slice(2, -1).repeat({1, 1, missing, 1, 1})}, 2);
}

struct VOIDInpaintConditioning {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    Image video;
    Mask quadmask;
    std::int64_t width = 672;
    std::int64_t height = 384;
    std::int64_t length = 45;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_void";
        s.category = "model/conditioning/void";
        s.in("positive", &VOIDInpaintConditioning::positive);
        s.in("negative", &VOIDInpaintConditioning::negative);
        s.in("vae", &VOIDInpaintConditioning::vae);
        s.in("video", &VOIDInpaintConditioning::video).tooltip("Source video frames [T, H, W, 3]");
        s.in("quadmask", &VOIDInpaintConditioning::quadmask)
            .tooltip("Preprocessed quadmask from VOIDQuadmaskPreprocess [T, H, W]");
        s.in("width", &VOIDInpaintConditioning::width).range(16, 16384).step(8);
        s.in("height", &VOIDInpaintConditioning::height).range(16, 16384).step(8);
        s.in("length", &VOIDInpaintConditioning::length)
            .range(1, 16384)
            .step(1)
            .tooltip("Number of pixel frames to process. For CogVideoX-Fun-V1.5 (patch_size_t=2), latent_t must be "
                     "even — lengths that produce odd latent_t are rounded down (e.g. 49 → 45).");
        s.in("batch_size", &VOIDInpaintConditioning::batch_size).range(1, 64);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const std::int64_t frames = void_length(length), latent_frames = void_latent_frames(frames);
        if (frames != length) logger("nodes")->warn("VOID reads {} frames as {}", length, frames);
        const Tensor seen = inference::resize_image(video.pixels.slice(0, 0, frames).slice(-1, 0, 3), width, height,
                                                    "bilinear", inference::Crop::center);
        const Tensor mask = inference::resize_image(quadmask.values.slice(0, 0, frames).unsqueeze(-1), width, height,
                                                    "bilinear", inference::Crop::center);
        if (mask.size(0) != seen.size(0) && mask.size(0) != 1 && seen.size(0) != 1)
            throw UserError("the quadmask has " + std::to_string(mask.size(0)) + " frames and the video " +
                            std::to_string(seen.size(0)) + ": give each frame its mask, or one mask for all");
        const Tensor kept = 1.0 - mask;
        const auto encoded = [&](const Tensor& pictures) {
            return with_latent_frames(vae.encode(pictures), latent_frames);
        };
        const Tensor beside = at::cat({encoded(kept.expand({-1, -1, -1, 3})), encoded(seen * kept)}, 1);
        const auto told = [&](Conditioning conditioning) {
            for (inference::Condition& condition : conditioning)
                condition.concat_latent_image = beside;
            return conditioning;
        };
        Latent latent{.samples = at::zeros({batch_size, 16, latent_frames, height / 8, width / 8}, at::kFloat)};
        return {told(positive), told(negative), latent};
    }
};

}  // namespace

void register_void_inpaint_conditioning(Registry& registry) {
    registry.add<VOIDInpaintConditioning>("VOIDInpaintConditioning");
}

}  // namespace easel::nodes
