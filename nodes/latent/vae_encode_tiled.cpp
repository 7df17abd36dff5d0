#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VAEEncodeTiled {
    Image pixels;
    Vae vae;
    std::int64_t tile_size = 512;
    std::int64_t overlap = 64;
    std::int64_t temporal_size = 64;
    std::int64_t temporal_overlap = 8;

    static void declare(Schema& s) {
        s.category = "model/latent";
        s.display_name = "VAE Encode (Tiled)";
        s.in("pixels", &VAEEncodeTiled::pixels);
        s.in("vae", &VAEEncodeTiled::vae);
        s.in("tile_size", &VAEEncodeTiled::tile_size).range(64, 4096).step(64).advanced();
        s.in("overlap", &VAEEncodeTiled::overlap).range(0, 4096).step(32).advanced();
        s.in("temporal_size", &VAEEncodeTiled::temporal_size)
            .range(8, 4096)
            .step(4)
            .advanced()
            .tooltip("Only used for video VAEs: Amount of frames to encode at a time.");
        s.in("temporal_overlap", &VAEEncodeTiled::temporal_overlap)
            .range(4, 4096)
            .step(4)
            .advanced()
            .tooltip("Only used for video VAEs: Amount of frames to overlap.");
    }

    Latent execute() const {
        return {.samples = vae.encode_tiled(pixels.pixels,
                                            {.tile_width = tile_size, .tile_height = tile_size, .overlap = overlap})};
    }
};

}  // namespace

void register_vae_encode_tiled(Registry& registry) { registry.add<VAEEncodeTiled>("VAEEncodeTiled"); }

}  // namespace easel::nodes
