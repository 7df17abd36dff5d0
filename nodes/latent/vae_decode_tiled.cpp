#include "inference/vae/video_tiling.hpp"
#include "nodes/latent/frames.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VAEDecodeTiled {
    Latent samples;
    Vae vae;
    std::int64_t tile_size = 512;
    std::int64_t overlap = 64;
    std::int64_t temporal_size = 64;
    std::int64_t temporal_overlap = 8;

    static void declare(Schema& s) {
        s.category = "model/latent";
        s.display_name = "VAE Decode (Tiled)";
        s.in("samples", &VAEDecodeTiled::samples);
        s.in("vae", &VAEDecodeTiled::vae);
        s.in("tile_size", &VAEDecodeTiled::tile_size).range(64, 4096).step(32).advanced();
        s.in("overlap", &VAEDecodeTiled::overlap).range(0, 4096).step(32).advanced();
        s.in("temporal_size", &VAEDecodeTiled::temporal_size)
            .range(8, 4096)
            .step(4)
            .advanced()
            .tooltip("Only used for video VAEs: Amount of frames to decode at a time.");
        s.in("temporal_overlap", &VAEDecodeTiled::temporal_overlap)
            .range(4, 4096)
            .step(4)
            .advanced()
            .tooltip("Only used for video VAEs: Amount of frames to overlap.");
    }

    Image execute() const {
        const std::int64_t seam = tile_size < overlap * 4 ? tile_size / 4 : overlap;
        if (vae.network().frames_per_latent() > 1) {
            const std::int64_t in_time = temporal_size < temporal_overlap * 2 ? temporal_overlap / 2 : temporal_overlap;
            return {inference::decode_video_tiled(
                vae, samples.samples,
                {.tile = tile_size, .overlap = seam, .frames = temporal_size, .frame_overlap = in_time})};
        }
        return {merge_frames(
            vae.decode_tiled(samples.samples, {.tile_width = tile_size, .tile_height = tile_size, .overlap = seam}))};
    }
};

}  // namespace

void register_vae_decode_tiled(Registry& registry) { registry.add<VAEDecodeTiled>("VAEDecodeTiled"); }

}  // namespace easel::nodes
