#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VAEEncode {
    Image pixels;
    Vae vae;

    static void declare(Schema& s) {
        s.category = "model/latent";
        s.display_name = "VAE Encode";
        s.search_aliases = {"encode", "encode image", "image to latent"};
        s.in("pixels", &VAEEncode::pixels);
        s.in("vae", &VAEEncode::vae);
    }

    Latent execute() const { return {.samples = vae.encode(pixels.pixels)}; }
};

}  // namespace

void register_vae_encode(Registry& registry) { registry.add<VAEEncode>("VAEEncode"); }

}  // namespace easel::nodes
