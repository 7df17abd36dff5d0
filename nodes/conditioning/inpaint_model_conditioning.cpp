#include "inference/image/inpaint.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct InpaintModelConditioning {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    Image pixels;
    Mask mask;
    bool noise_mask = true;

    static void declare(Schema& s) {
        s.category = "model/conditioning";
        s.in("positive", &InpaintModelConditioning::positive);
        s.in("negative", &InpaintModelConditioning::negative);
        s.in("vae", &InpaintModelConditioning::vae);
        s.in("pixels", &InpaintModelConditioning::pixels);
        s.in("mask", &InpaintModelConditioning::mask);
        s.in("noise_mask", &InpaintModelConditioning::noise_mask)
            .tooltip("Add a noise mask to the latent so sampling will only happen within the mask. Might improve "
                     "results or completely break things depending on the model.");
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const inference::InpaintPicture picture = inference::blank_masked(pixels.pixels, mask.values, 8);
        const Tensor blanked = vae.encode(picture.pixels);
        const auto with_picture = [&](Conditioning conditioning) {
            for (inference::Condition& condition : conditioning) {
                condition.concat_latent_image = blanked;
                condition.concat_mask = picture.mask;
            }
            return conditioning;
        };
        Latent latent{.samples = vae.encode(pixels.pixels)};
        if (noise_mask) latent.noise_mask = picture.mask;
        return {with_picture(positive), with_picture(negative), latent};
    }
};

}  // namespace

void register_inpaint_model_conditioning(Registry& registry) {
    registry.add<InpaintModelConditioning>("InpaintModelConditioning");
}

}  // namespace easel::nodes
