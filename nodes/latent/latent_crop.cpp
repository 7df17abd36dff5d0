#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct LatentCrop {
    Latent samples;
    std::int64_t width = 512;
    std::int64_t height = 512;
    std::int64_t x = 0;
    std::int64_t y = 0;

    static void declare(Schema& s) {
        s.category = "model/latent/transform";
        s.display_name = "Crop Latent";
        s.search_aliases = {"trim latent", "cut latent"};
        s.in("samples", &LatentCrop::samples);
        s.in("width", &LatentCrop::width).range(64, 16384).step(8);
        s.in("height", &LatentCrop::height).range(64, 16384).step(8);
        s.in("x", &LatentCrop::x).range(0, 16384).step(8);
        s.in("y", &LatentCrop::y).range(0, 16384).step(8);
    }

    // At least 64 pixels remain: a corner too close to the edge is moved back.
    Latent execute() const {
        const Tensor& cells = samples.samples;
        const std::int64_t left = std::min(x / 8, cells.size(3) - 8), top = std::min(y / 8, cells.size(2) - 8);
        Latent cropped = samples;
        cropped.samples = cells.slice(2, top, top + height / 8).slice(3, left, left + width / 8);
        return cropped;
    }
};

}  // namespace

void register_latent_crop(Registry& registry) { registry.add<LatentCrop>("LatentCrop"); }

}  // namespace easel::nodes
