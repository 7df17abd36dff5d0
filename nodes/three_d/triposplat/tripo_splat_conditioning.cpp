#include "inference/layers/modulation.hpp"
#include "inference/models/triposplat/triposplat.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

using inference::triposplat::camera_channels;
using inference::triposplat::cloud_channels;
using inference::triposplat::cloud_tokens;

struct TripoSplatConditioning {
    inference::ClipVision clip_vision;
    Vae vae;
    Image image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_triposplat";
        s.category = "model/conditioning/triposplat";
        s.display_name = "TripoSplat Conditioning";
        s.description = "Encode the image with DINOv3 and the Flux2 VAE into TripoSplat positive/negative "
                        "conditioning, and create the fixed size noise target (latent + camera) for the KSampler";
        s.in("clip_vision", &TripoSplatConditioning::clip_vision).tooltip("DINOv3 ViT-H/16+ image encoder");
        s.in("vae", &TripoSplatConditioning::vae).tooltip("Flux2 VAE");
        s.in("image", &TripoSplatConditioning::image);
        s.out("positive");
        s.out("negative");
        s.out("latent").tooltip = "The fixed size noise target (latent +camera).";
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const Tensor pixels = image.pixels.slice(-1, 0, 3);
        const Tensor mean = at::tensor({0.485f, 0.456f, 0.406f}), deviation = at::tensor({0.229f, 0.224f, 0.225f});
        const Tensor features = inference::plain_layer_norm(
            clip_vision.tokens_of(((pixels - mean) / deviation).movedim(-1, 1).contiguous()), 1e-5);
        const Tensor cells = vae.encode(pixels);
        const auto seeing = [](const Tensor& of_picture, const Tensor& reference) {
            inference::Condition condition;
            condition.cross = of_picture;
            condition.reference_latents = {reference};
            return Conditioning{condition};
        };
        const std::int64_t batch = cells.size(0);
        Latent latent;
        latent.samples = at::zeros({batch, cloud_tokens, cloud_channels});
        latent.streams.push_back({.samples = at::zeros({batch, 1, camera_channels}), .noise_mask = {}});
        return {seeing(features, cells), seeing(at::zeros_like(features), at::zeros_like(cells)), latent};
    }
};

}  // namespace

void register_tripo_splat_conditioning(Registry& registry) {
    registry.add<TripoSplatConditioning>("TripoSplatConditioning");
}

}  // namespace easel::nodes
