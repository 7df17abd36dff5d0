#include "inference/image/resize.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <cmath>

namespace easel::nodes {
namespace {

struct LatentUpscaleBy {
    Latent samples;
    std::string upscale_method;
    double scale_by = 1.5;

    static void declare(Schema& s) {
        s.category = "model/latent";
        s.display_name = "Upscale Latent By";
        s.search_aliases = {"enlarge latent", "resize latent", "scale latent"};
        s.in("samples", &LatentUpscaleBy::samples);
        s.in("upscale_method", &LatentUpscaleBy::upscale_method).choices(one_of(inference::latent_resize_methods));
        s.in("scale_by", &LatentUpscaleBy::scale_by).range(0.01, 8.0).step(0.01);
    }

    Latent execute() const {
        Latent scaled = samples;
        const auto cells = [&](int side) { return std::llrint(double(samples.samples.size(side)) * scale_by); };
        scaled.samples = inference::resize(samples.samples, cells(-1), cells(-2), upscale_method);
        return scaled;
    }
};

}  // namespace

void register_latent_upscale_by(Registry& registry) { registry.add<LatentUpscaleBy>("LatentUpscaleBy"); }

}  // namespace easel::nodes
