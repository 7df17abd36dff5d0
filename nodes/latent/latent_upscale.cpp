#include "inference/image/resize.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <cmath>

namespace easel::nodes {
namespace {

struct LatentUpscale {
    Latent samples;
    std::string upscale_method;
    std::int64_t width = 512;
    std::int64_t height = 512;
    std::string crop;

    static void declare(Schema& s) {
        s.category = "model/latent";
        s.display_name = "Upscale Latent";
        s.search_aliases = {"enlarge latent", "resize latent"};
        s.in("samples", &LatentUpscale::samples);
        s.in("upscale_method", &LatentUpscale::upscale_method).choices(one_of(inference::latent_resize_methods));
        s.in("width", &LatentUpscale::width).range(0, 16384).step(8);
        s.in("height", &LatentUpscale::height).range(0, 16384).step(8);
        s.in("crop", &LatentUpscale::crop).choices(one_of({"disabled", "center"}));
    }

    // A side of 0 follows from the other. It is then computed in latent cells but used as pixels, as in the reference.
    Latent execute() const {
        if (width == 0 && height == 0) return samples;
        const double cells_wide = double(samples.samples.size(-1)), cells_high = double(samples.samples.size(-2));
        std::int64_t w = std::max<std::int64_t>(64, width), h = std::max<std::int64_t>(64, height);
        if (width == 0) w = std::max<std::int64_t>(64, std::llrint(cells_wide * double(h) / cells_high));
        if (height == 0) h = std::max<std::int64_t>(64, std::llrint(cells_high * double(w) / cells_wide));
        Latent scaled = samples;
        const auto cut = crop == "center" ? inference::Crop::center : inference::Crop::none;
        scaled.samples = inference::resize(samples.samples, w / 8, h / 8, upscale_method, cut);
        return scaled;
    }
};

}  // namespace

void register_latent_upscale(Registry& registry) { registry.add<LatentUpscale>("LatentUpscale"); }

}  // namespace easel::nodes
