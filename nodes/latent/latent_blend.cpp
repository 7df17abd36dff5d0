#include "inference/image/resize.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentBlend {
    Latent samples1;
    Latent samples2;
    double blend_factor = 0.5;

    static void declare(Schema& s) {
        s.category = "experimental";
        s.display_name = "Latent Blend";
        s.search_aliases = {"mix latents", "interpolate latents"};
        s.in("samples1", &LatentBlend::samples1);
        s.in("samples2", &LatentBlend::samples2);
        s.in("blend_factor", &LatentBlend::blend_factor).range(0, 1).step(0.01);
    }

    Latent execute() const {
        Tensor other = samples2.samples;
        if (other.sizes() != samples1.samples.sizes())
            other = inference::resize(other, samples1.samples.size(3), samples1.samples.size(2), "bicubic",
                                      inference::Crop::center);
        Latent blended = samples1;
        blended.samples = samples1.samples * blend_factor + other * (1.0 - blend_factor);
        return blended;
    }
};

}  // namespace

void register_latent_blend(Registry& registry) { registry.add<LatentBlend>("LatentBlend"); }

}  // namespace easel::nodes
