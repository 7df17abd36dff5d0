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

struct CosmosImageToVideoLatent {
    Vae vae;
    std::int64_t width = 1280;
    std::int64_t height = 704;
    std::int64_t length = 121;
    std::int64_t batch_size = 1;
    std::optional<Image> start_image;
    std::optional<Image> end_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_cosmos";
        s.category = "model/conditioning/cosmos";
        s.in("vae", &CosmosImageToVideoLatent::vae);
        s.in("width", &CosmosImageToVideoLatent::width).range(16, 16384).step(16);
        s.in("height", &CosmosImageToVideoLatent::height).range(16, 16384).step(16);
        s.in("length", &CosmosImageToVideoLatent::length).range(1, 16384).step(8);
        s.in("batch_size", &CosmosImageToVideoLatent::batch_size).range(1, 4096);
        s.in("start_image", &CosmosImageToVideoLatent::start_image);
        s.in("end_image", &CosmosImageToVideoLatent::end_image);
    }

    Latent execute() const {
        return repeated(inference::cosmos::start_latent(
                            vae, pixels_of(start_image), pixels_of(end_image),
                            {.width = width, .height = height, .frames = length, .frames_per_latent = 8}),
                        batch_size);
    }
};

struct CosmosPredict2ImageToVideoLatent {
    Vae vae;
    std::int64_t width = 848;
    std::int64_t height = 480;
    std::int64_t length = 93;
    std::int64_t batch_size = 1;
    std::optional<Image> start_image;
    std::optional<Image> end_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_cosmos";
        s.category = "model/conditioning/cosmos";
        s.in("vae", &CosmosPredict2ImageToVideoLatent::vae);
        s.in("width", &CosmosPredict2ImageToVideoLatent::width).range(16, 16384).step(16);
        s.in("height", &CosmosPredict2ImageToVideoLatent::height).range(16, 16384).step(16);
        s.in("length", &CosmosPredict2ImageToVideoLatent::length).range(1, 16384).step(4);
        s.in("batch_size", &CosmosPredict2ImageToVideoLatent::batch_size).range(1, 4096);
        s.in("start_image", &CosmosPredict2ImageToVideoLatent::start_image);
        s.in("end_image", &CosmosPredict2ImageToVideoLatent::end_image);
    }

    Latent execute() const {
        Latent latent = inference::cosmos::start_latent(
            vae, pixels_of(start_image), pixels_of(end_image),
            {.width = width, .height = height, .frames = length, .frames_per_latent = 4});
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
