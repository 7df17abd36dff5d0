#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct InstructPixToPixConditioning {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    Image pixels;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_ip2p";
        s.category = "model/conditioning/instructpix2pix";
        s.in("positive", &InstructPixToPixConditioning::positive);
        s.in("negative", &InstructPixToPixConditioning::negative);
        s.in("vae", &InstructPixToPixConditioning::vae);
        s.in("pixels", &InstructPixToPixConditioning::pixels);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const Tensor picture = vae.encode(pixels.pixels);
        const auto with_picture = [&](Conditioning conditioning) {
            for (inference::Condition& condition : conditioning)
                condition.concat_latent_image = picture;
            return conditioning;
        };
        return {with_picture(positive), with_picture(negative), Latent{.samples = at::zeros_like(picture)}};
    }
};

}  // namespace

void register_instruct_pix_to_pix_conditioning(Registry& registry) {
    registry.add<InstructPixToPixConditioning>("InstructPixToPixConditioning");
}

}  // namespace easel::nodes
