#include "inference/image/composite.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentComposite {
    Latent samples_to;
    Latent samples_from;
    std::int64_t x = 0;
    std::int64_t y = 0;
    std::int64_t feather = 0;

    static void declare(Schema& s) {
        s.category = "model/latent";
        s.display_name = "Latent Composite";
        s.search_aliases = {"overlay latent", "layer latent", "paste latent"};
        s.in("samples_to", &LatentComposite::samples_to);
        s.in("samples_from", &LatentComposite::samples_from);
        s.in("x", &LatentComposite::x).range(0, 16384).step(8);
        s.in("y", &LatentComposite::y).range(0, 16384).step(8);
        s.in("feather", &LatentComposite::feather).range(0, 16384).step(8);
    }

    Latent execute() const {
        Latent out = samples_to;
        out.samples = inference::paste(samples_to.samples, samples_from.samples, x / 8, y / 8, feather / 8);
        return out;
    }
};

}  // namespace

void register_latent_composite(Registry& registry) { registry.add<LatentComposite>("LatentComposite"); }

}  // namespace easel::nodes
