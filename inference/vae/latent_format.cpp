#include "inference/vae/latent_format.hpp"

namespace easel::inference {

LatentFormat sd15_latent_format() {
    return {
        .scale = 0.18215,
        .rgb_factors = {{0.3512, 0.2297, 0.3227},
                        {0.3250, 0.4974, 0.2350},
                        {-0.2829, 0.1762, 0.2721},
                        {-0.2120, -0.2616, -0.7177}},
    };
}

}  // namespace easel::inference
