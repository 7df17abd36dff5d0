#include "inference/models/cosmos/start_latent.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// Without pictures the latent is a single one, whatever the batch size, as in ComfyUI.
inference::LatentImage repeated(inference::LatentImage latent, std::int64_t batch) {
    if (!latent.noise_mask) return latent;
    latent.samples = latent.samples.repeat({batch, 1, 1, 1, 1});
    latent.noise_mask = latent.noise_mask->repeat({batch, 1, 1, 1, 1});
    return latent;
}

std::optional<Tensor> pixels_of(const std::optional<Image>& image) {
    return image ? std::optional(image->pixels) : std::nullopt;
}

// A video that begins, and may end, with pictures; `frames_per_latent` of its frames make one of the latent's.
template <std::int64_t default_width, std::int64_t default_height, std::int64_t default_length,
          std::int64_t frames_per_latent>
struct StartedVideo {
    Vae vae;
    std::int64_t width = default_width;
    std::int64_t height = default_height;
    std::int64_t length = default_length;
    std::int64_t batch_size = 1;
    std::optional<Image> start_image;
    std::optional<Image> end_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_cosmos";
        s.category = "model/conditioning/cosmos";
        s.in("vae", &StartedVideo::vae);
        s.in("width", &StartedVideo::width).range(16, 16384).step(16);
        s.in("height", &StartedVideo::height).range(16, 16384).step(16);
        s.in("length", &StartedVideo::length).range(1, 16384).step(frames_per_latent);
        s.in("batch_size", &StartedVideo::batch_size).range(1, 4096);
        s.in("start_image", &StartedVideo::start_image);
        s.in("end_image", &StartedVideo::end_image);
    }

    Latent one() const {
        return inference::cosmos::start_latent(
            vae, pixels_of(start_image), pixels_of(end_image),
            {.width = width, .height = height, .frames = length, .frames_per_latent = frames_per_latent});
    }
};

struct CosmosImageToVideoLatent : StartedVideo<1280, 704, 121, 8> {
    Latent execute() const { return repeated(one(), batch_size); }
};

struct CosmosPredict2ImageToVideoLatent : StartedVideo<848, 480, 93, 4> {
    Latent execute() const {
        Latent latent = one();
        if (!latent.noise_mask) return latent;
        // What is to be made starts from the mean of the model's latents.
        const Tensor& mask = *latent.noise_mask;
        latent.samples =
            inference::wan21_latent_format().from_model(latent.samples) * mask + latent.samples * (1.0 - mask);
        return repeated(std::move(latent), batch_size);
    }
};

}  // namespace

void register_cosmos_image_to_video_latent(Registry& registry) {
    registry.add<CosmosImageToVideoLatent>("CosmosImageToVideoLatent");
    registry.add<CosmosPredict2ImageToVideoLatent>("CosmosPredict2ImageToVideoLatent");
}

}  // namespace easel::nodes
