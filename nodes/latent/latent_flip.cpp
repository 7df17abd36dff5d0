#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentFlip {
    Latent samples;
    std::string flip_method;

    static void declare(Schema& s) {
        s.category = "model/latent/transform";
        s.display_name = "Flip Latent";
        s.search_aliases = {"mirror latent"};
        s.in("samples", &LatentFlip::samples);
        s.in("flip_method", &LatentFlip::flip_method).choices(one_of({"x-axis: vertically", "y-axis: horizontally"}));
    }

    Latent execute() const {
        Latent flipped = samples;
        flipped.samples = at::flip(samples.samples, {flip_method.starts_with('x') ? 2 : 3});
        return flipped;
    }
};

}  // namespace

void register_latent_flip(Registry& registry) { registry.add<LatentFlip>("LatentFlip"); }

}  // namespace easel::nodes
