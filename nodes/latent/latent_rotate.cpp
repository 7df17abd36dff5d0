#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentRotate {
    Latent samples;
    std::string rotation;

    static void declare(Schema& s) {
        s.category = "model/latent/transform";
        s.display_name = "Rotate Latent";
        s.in("samples", &LatentRotate::samples);
        s.in("rotation", &LatentRotate::rotation).choices(one_of({"none", "90 degrees", "180 degrees", "270 degrees"}));
    }

    Latent execute() const {
        const int quarters = rotation == "90 degrees"    ? 1
                             : rotation == "180 degrees" ? 2
                             : rotation == "270 degrees" ? 3
                                                         : 0;
        Latent rotated = samples;
        rotated.samples = at::rot90(samples.samples, quarters, {3, 2});
        return rotated;
    }
};

}  // namespace

void register_latent_rotate(Registry& registry) { registry.add<LatentRotate>("LatentRotate"); }

}  // namespace easel::nodes
