#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SetLatentNoiseMask {
    Latent samples;
    Mask mask;

    static void declare(Schema& s) {
        s.category = "model/latent";
        s.display_name = "Set Latent Noise Mask";
        s.in("samples", &SetLatentNoiseMask::samples);
        s.in("mask", &SetLatentNoiseMask::mask);
    }

    Latent execute() const {
        Latent masked = samples;
        masked.noise_mask = mask.values.reshape({-1, 1, mask.values.size(-2), mask.values.size(-1)});
        return masked;
    }
};

}  // namespace

void register_set_latent_noise_mask(Registry& registry) { registry.add<SetLatentNoiseMask>("SetLatentNoiseMask"); }

}  // namespace easel::nodes
