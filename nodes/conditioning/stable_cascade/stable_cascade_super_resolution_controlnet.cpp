#include "nodes/types.hpp"

#include <ATen/ops/zeros.h>

namespace easel::nodes {
namespace {

struct StableCascade_SuperResolutionControlnet {
    Image image;
    Vae vae;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_stable_cascade";
        s.category = "experimental/stable cascade";
        s.experimental = true;
        s.in("image", &StableCascade_SuperResolutionControlnet::image);
        s.in("vae", &StableCascade_SuperResolutionControlnet::vae);
        s.out("controlnet_input");
        s.out("stage_c");
        s.out("stage_b");
    }

    // What the control network reads is stage A's latent, handed on as a picture.
    std::tuple<Image, Latent, Latent> execute() const {
        const Tensor& pixels = image.pixels;
        const int64_t batch = pixels.size(0), height = pixels.size(1), width = pixels.size(2);
        return {Image{vae.encode(pixels.slice(-1, 0, 3)).movedim(1, -1)},
                Latent{.samples = at::zeros({batch, 16, height / 16, width / 16})},
                Latent{.samples = at::zeros({batch, 4, height / 2, width / 2})}};
    }
};

}  // namespace

void register_stable_cascade_super_resolution_controlnet(Registry& registry) {
    registry.add<StableCascade_SuperResolutionControlnet>("StableCascade_SuperResolutionControlnet");
}

}  // namespace easel::nodes
