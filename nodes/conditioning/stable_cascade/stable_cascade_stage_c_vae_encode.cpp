#include "inference/image/resize.hpp"
#include "nodes/types.hpp"

#include <ATen/ops/zeros.h>

namespace easel::nodes {
namespace {

struct StableCascade_StageC_VAEEncode {
    Image image;
    Vae vae;
    std::int64_t compression = 42;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_stable_cascade";
        s.category = "model/latent/stable cascade";
        s.in("image", &StableCascade_StageC_VAEEncode::image);
        s.in("vae", &StableCascade_StageC_VAEEncode::vae);
        s.in("compression", &StableCascade_StageC_VAEEncode::compression).range(4, 128).step(1).advanced();
        s.out("stage_c");
        s.out("stage_b");
    }

    std::tuple<Latent, Latent> execute() const {
        const int64_t height = image.pixels.size(1), width = image.pixels.size(2), cell = vae.downscale_ratio();
        if (width < compression || height < compression)
            throw UserError("the picture is smaller than one cell of stage C: lower compression or enlarge it");
        const Tensor fitted = inference::resize_image(image.pixels, width / compression * cell,
                                                      height / compression * cell, "bicubic", inference::Crop::center);
        const Tensor stage_c = vae.encode(fitted.slice(-1, 0, 3));
        return {Latent{.samples = stage_c},
                Latent{.samples = at::zeros({stage_c.size(0), 4, height / 8 * 2, width / 8 * 2})}};
    }
};

}  // namespace

void register_stable_cascade_stage_c_vae_encode(Registry& registry) {
    registry.add<StableCascade_StageC_VAEEncode>("StableCascade_StageC_VAEEncode");
}

}  // namespace easel::nodes
