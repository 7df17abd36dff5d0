#include "inference/image/inpaint.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VAEEncodeForInpaint {
    Image pixels;
    Vae vae;
    Mask mask;
    std::int64_t grow_mask_by = 6;

    static void declare(Schema& s) {
        s.category = "model/latent";
        s.display_name = "VAE Encode (for Inpainting)";
        s.in("pixels", &VAEEncodeForInpaint::pixels);
        s.in("vae", &VAEEncodeForInpaint::vae);
        s.in("mask", &VAEEncodeForInpaint::mask);
        s.in("grow_mask_by", &VAEEncodeForInpaint::grow_mask_by).range(0, 64).step(1);
    }

    Latent execute() const {
        const inference::InpaintPicture picture =
            inference::blank_masked(pixels.pixels, mask.values, vae.downscale_ratio());
        return {.samples = vae.encode(picture.pixels), .noise_mask = inference::grown(picture.mask, grow_mask_by)};
    }
};

}  // namespace

void register_vae_encode_for_inpaint(Registry& registry) { registry.add<VAEEncodeForInpaint>("VAEEncodeForInpaint"); }

}  // namespace easel::nodes
