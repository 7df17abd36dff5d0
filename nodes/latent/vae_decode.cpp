#include "nodes/latent/frames.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VAEDecode {
    Latent samples;
    Vae vae;

    static void declare(Schema& s) {
        s.category = "model/latent";
        s.display_name = "VAE Decode";
        s.description = "Decodes latent images back into pixel space images.";
        s.search_aliases = {"decode", "decode latent", "latent to image", "render latent"};
        s.in("samples", &VAEDecode::samples).tooltip("The latent to be decoded.");
        s.in("vae", &VAEDecode::vae).tooltip("The VAE model used for decoding the latent.");
        s.out("IMAGE").tooltip = "The decoded image.";
    }

    Image execute() const { return {merge_frames(vae.decode(samples.samples))}; }
};

}  // namespace

void register_vae_decode(Registry& registry) { registry.add<VAEDecode>("VAEDecode"); }

}  // namespace easel::nodes
