#include "inference/vae/pixel_space.hpp"

namespace easel::inference {
namespace {

class PixelSpace : public Autoencoder {
public:
    Tensor encode(const Tensor& pixels) const override { return pixels; }
    Tensor decode(const Tensor& latent) const override { return latent; }
    int64_t latent_channels() const override { return 3; }
    int64_t downscale_ratio() const override { return 1; }
};

}  // namespace

Vae pixel_space_vae() { return Vae(std::make_shared<PixelSpace>()); }

}  // namespace easel::inference
